"""One look at the folder: load what is whole, move it, report it; and notice what did not come."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from django.conf import settings

from receipts.imports import formats, load
from receipts.watch import alarms, expected, folder

log = structlog.get_logger()

LATER = "changed_while_read"  # still being written: it stays, and is read again at the next look


@dataclass
class Look:
    loaded: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    later: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    is_busy: bool = False  # another look at this folder has not ended


def look(path: Path, settled_seconds: float | None = None) -> Look:
    """Raises OSError where the folder itself is not to be had."""
    result = Look()
    seconds = settings.WATCH_SETTLED_SECONDS if settled_seconds is None else settled_seconds
    with _alone(path) as is_alone:
        if is_alone:
            taken, refused = folder.claim(path, seconds)
            for refusal in refused:
                _broken(refusal.path, refusal.code, "", None, result)
            for file in taken:
                _load(file, result)
        else:
            result.is_busy = True
    result.missing = expected.notice()
    return result


@contextmanager
def _alone(path: Path) -> Iterator[bool]:
    """A look that takes longer than a minute is not joined by the next; the lock ends with us."""
    with (path / ".watch.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _load(path: Path, result: Look) -> None:
    source = expected.source_of(path.name)
    try:
        loaded = load.load_file(path, source.format if source else "canonical", actor=alarms.ACTOR)
    except formats.FormatError as error:
        _broken(path, error.code, str(error), None, result)
        return
    except Exception:  # the database went away, say: the file stays, the others are tried
        log.exception("watch_file_later")
        result.later.append(path.name)
        return
    if loaded.error == LATER:
        result.later.append(path.name)
    elif loaded.error:
        _broken(path, loaded.error, loaded.message, loaded.file, result)
    else:
        _done(path, loaded, result)


def _done(path: Path, loaded: load.Loaded, result: Look) -> None:
    file = loaded.file
    assert file is not None  # noqa: S101  what was loaded has its record
    report = {
        "file": path.name,
        "import": file.pk,
        "format": file.format,
        "sha256": file.sha256,
        "already": loaded.already,
        **load.counts(file),
        "totals": file.totals,
        "disagrees": file.disagrees,
    }
    if file.disagrees and not loaded.already:
        alarms.disagrees(path.name, file)
    if folder.put_away(path, folder.DONE, report):
        result.loaded.append(path.name)


def _broken(path: Path, code: str, message: str, file, result: Look) -> None:
    report = {"file": path.name, "error": code, "message": message or alarms.why(code)}
    if file is not None:
        report["import"] = file.pk
    # Told first: killed in between, it is told again under the same effect, not forgotten.
    effect = folder.identity(path)
    subject = f"import:{file.pk}" if file is not None else f"watch:{effect}"
    alarms.broken(path.name, code, effect, subject, message)
    if folder.put_away(path, folder.BROKEN, report):
        result.broken.append(path.name)
