"""One look at the folder: load what is whole, move it, report it; and notice what did not come."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import structlog
from django.conf import settings

from receipts.imports import formats, load
from receipts.watch import alarms, expected, folder
from receipts.watch.away import Away

log = structlog.get_logger()

LATER = "changed_while_read"  # still being written: it stays, and is read again at the next look


class Laid(Protocol):
    """A file that was laid down somewhere; `refused` is a code where it may not be read."""

    @property
    def name(self) -> str: ...
    @property
    def refused(self) -> str: ...
    def identity(self) -> str: ...
    def opened(self) -> AbstractContextManager[Path]: ...
    def put_away(self, where: str, report: dict) -> bool: ...


class Place(Protocol):
    """Where files are laid down: receipts.watch.folder, receipts.watch.bucket."""

    def alone(self) -> AbstractContextManager[bool]: ...
    def whole(self) -> Sequence[Laid]: ...


@dataclass
class Look:
    loaded: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    later: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    is_busy: bool = False  # another look at this folder has not ended
    away: str = ""  # what failed, where the bucket could not be reached


def look(path: Path, settled_seconds: float | None = None) -> Look:
    """At a folder of this machine. Raises OSError where the folder itself is not to be had."""
    seconds = settings.WATCH_SETTLED_SECONDS if settled_seconds is None else settled_seconds
    return look_at(folder.Folder(path, seconds))


def look_as_set() -> Look:
    """Where WATCH_FOLDER says."""
    if "watch" in settings.STORAGES:
        from receipts.watch import bucket  # half a second that a folder need not pay

        return look_at(bucket.of_settings())
    return look(Path(settings.WATCH_FOLDER))


def look_at(place: Place) -> Look:
    result = Look()
    try:
        with place.alone() as is_alone:
            result.is_busy = not is_alone
            for laid in place.whole() if is_alone else ():
                if laid.refused:
                    _broken(laid, laid.refused, "", None, result)
                else:
                    _load(laid, result)
    except Away as error:
        result.away = str(error)
        alarms.away(result.away)
    else:
        alarms.reached()
    result.missing = expected.notice()
    return result


def _load(laid: Laid, result: Look) -> None:
    source = expected.source_of(laid.name)
    try:
        with laid.opened() as path:
            format = source.format if source else "canonical"
            loaded = load.load_file(path, format, actor=alarms.ACTOR)
    except Away:
        raise
    except FileNotFoundError:
        return  # somebody else took it, or it is another one by now
    except formats.FormatError as error:
        _broken(laid, error.code, str(error), None, result)
        return
    except Exception:  # the database went away, say: the file stays, the others are tried
        log.exception("watch_file_later")
        result.later.append(laid.name)
        return
    if loaded.error == LATER:
        result.later.append(laid.name)
    elif loaded.error:
        _broken(laid, loaded.error, loaded.message, loaded.file, result)
    else:
        _done(laid, loaded, result)


def _done(laid: Laid, loaded: load.Loaded, result: Look) -> None:
    file = loaded.file
    assert file is not None  # noqa: S101  what was loaded has its record
    report = {
        "file": laid.name,
        "import": file.pk,
        "format": file.format,
        "sha256": file.sha256,
        "already": loaded.already,
        **load.counts(file),
        "totals": file.totals,
        "disagrees": file.disagrees,
    }
    if file.disagrees and not loaded.already:
        alarms.disagrees(laid.name, file)
    if laid.put_away(folder.DONE, report):
        result.loaded.append(laid.name)


def _broken(laid: Laid, code: str, message: str, file, result: Look) -> None:
    report = {"file": laid.name, "error": code, "message": message or alarms.why(code)}
    if file is not None:
        report["import"] = file.pk
    # Told first: killed in between, it is told again under the same effect, not forgotten.
    effect = laid.identity()
    subject = f"import:{file.pk}" if file is not None else f"watch:{effect}"
    alarms.broken(laid.name, code, effect, subject, message)
    if laid.put_away(folder.BROKEN, report):
        result.broken.append(laid.name)
