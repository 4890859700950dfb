"""Files in a folder: which are whole, and where they go. Nothing here knows what is in them.

FOLDER/             laid down here by whoever sends them
FOLDER/taking/      being loaded; what a killed load left is taken up again
FOLDER/done/DAY/    loaded, each with a report beside it
FOLDER/broken/DAY/  not loaded, likewise
"""

import fcntl
import hashlib
import json
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone

TAKING, DONE, BROKEN = "taking", "done", "broken"
REPORT = ".report.json"
# Names under which programs write a file that is not whole yet.
UNFINISHED = (".part", ".partial", ".filepart", ".tmp", ".temp", ".writing", ".crdownload", ".swp")


@dataclass(frozen=True)
class Laid:
    """One file in taking/. `refused`: a code where it is not one that may be read."""

    path: Path
    refused: str = ""

    @property
    def name(self) -> str:
        return self.path.name

    @contextmanager
    def opened(self) -> Iterator[Path]:
        yield self.path

    def identity(self) -> str:
        """Of one file laid down once, whatever its name is now."""
        known = self.path.lstat()
        text = f"{self.name} {known.st_dev} {known.st_ino} {known.st_mtime_ns}"
        return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:32]

    def put_away(self, where: str, report: dict) -> bool:
        """Move to done/ or broken/ of today, with its report; False where another load did so."""
        day = self.path.parent.parent / where / f"{timezone.localdate()}"
        day.mkdir(parents=True, exist_ok=True)
        target = free_name(day / self.name)
        try:
            os.rename(self.path, target)
        except FileNotFoundError:
            return False
        target.with_name(target.name + REPORT).write_text(as_text(report), encoding="utf-8")
        return True


@dataclass(frozen=True)
class Folder:
    path: Path
    settled_seconds: float

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """A look that takes longer than a minute is not joined by the next; it ends with us."""
        with locked(self.path / ".watch.lock") as is_alone:
            yield is_alone

    def whole(self) -> list[Laid]:
        return claim(self.path, self.settled_seconds)


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Whether nobody else on this machine holds that lock; it is let go when its process ends."""
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def as_text(report: dict) -> str:
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"


def claim(folder: Path, settled_seconds: float) -> list[Laid]:
    """Move what is whole to taking/; all that lies there now, oldest first.

    Moving is one step of the file system, so of two that look at the same time one has the file.
    """
    taking = folder / TAKING
    taking.mkdir(exist_ok=True)
    for path in sorted(folder.iterdir()):
        if is_unfinished(path.name) or not is_settled(path, settled_seconds):
            continue
        try:
            os.rename(path, free_name(taking / path.name))
        except FileNotFoundError:
            continue  # somebody else took it
    found = []
    for path in sorted(taking.iterdir(), key=lambda path: (_changed_at(path), path.name)):
        mode = _mode(path)
        if mode is None:
            continue
        if stat.S_ISREG(mode):
            found.append(Laid(path))
        else:
            found.append(Laid(path, "symbolic_link" if stat.S_ISLNK(mode) else "not_a_file"))
    return found


def is_settled(path: Path, seconds: float) -> bool:
    """Not a folder, and not changed for so long. The time of change is the file system's own: a
    sender who sets the time of writing (scp -p, rsync -t) or whose clock is wrong does not move it.
    """
    mode = _mode(path)
    if mode is None or stat.S_ISDIR(mode):
        return False
    return time.time() - _changed_at(path) >= seconds


def is_unfinished(name: str) -> bool:
    return name.startswith(".") or name.endswith("~") or name.lower().endswith(UNFINISHED)


def _mode(path: Path) -> int | None:
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        return None


def _changed_at(path: Path) -> float:
    try:
        return path.lstat().st_ctime
    except FileNotFoundError:
        return 0


def free_name(path: Path) -> Path:
    """This path, or one with a number before its suffix: nothing is written over."""
    number, free = 1, path
    while free.is_symlink() or free.exists():
        number += 1
        free = path.with_name(f"{path.stem}.{number}{path.suffix}")
    return free
