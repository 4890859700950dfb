"""Files in a folder: which are whole, and where they go. Nothing here knows what is in them.

FOLDER/             laid down here by whoever sends them
FOLDER/taking/      being loaded; what a killed load left is taken up again
FOLDER/done/DAY/    loaded, each with a report beside it
FOLDER/broken/DAY/  not loaded, likewise
"""

import hashlib
import json
import os
import stat
import time
from pathlib import Path

from django.utils import timezone

TAKING, DONE, BROKEN = "taking", "done", "broken"
REPORT = ".report.json"
# Names under which programs write a file that is not whole yet.
UNFINISHED = (".part", ".partial", ".filepart", ".tmp", ".temp", ".writing", ".crdownload", ".swp")


class Refused(Exception):
    """Not a file that may be read; `code` says why."""

    def __init__(self, path: Path, code: str):
        super().__init__(code)
        self.path, self.code = path, code


def claim(folder: Path, settled_seconds: float) -> tuple[list[Path], list[Refused]]:
    """Move what is whole to taking/; all that lies there now, oldest first, and what is refused.

    Moving is one step of the file system, so of two that look at the same time one has the file.
    """
    taking = folder / TAKING
    taking.mkdir(exist_ok=True)
    for path in sorted(folder.iterdir()):
        if _is_unfinished(path.name) or not is_settled(path, settled_seconds):
            continue
        try:
            os.rename(path, free_name(taking / path.name))
        except FileNotFoundError:
            continue  # somebody else took it
    taken, refused = [], []
    for path in sorted(taking.iterdir(), key=lambda path: (_changed_at(path), path.name)):
        mode = _mode(path)
        if mode is None:
            continue
        if stat.S_ISREG(mode):
            taken.append(path)
        else:
            code = "symbolic_link" if stat.S_ISLNK(mode) else "not_a_file"
            refused.append(Refused(path, code))
    return taken, refused


def is_settled(path: Path, seconds: float) -> bool:
    """Not a folder, and not changed for so long. The time of change is the file system's own: a
    sender who sets the time of writing (scp -p, rsync -t) or whose clock is wrong does not move it.
    """
    mode = _mode(path)
    if mode is None or stat.S_ISDIR(mode):
        return False
    return time.time() - _changed_at(path) >= seconds


def _is_unfinished(name: str) -> bool:
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


def identity(path: Path) -> str:
    """Of one file laid down once, whatever its name is now."""
    known = path.lstat()
    text = f"{path.name} {known.st_dev} {known.st_ino} {known.st_mtime_ns}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def put_away(path: Path, where: str, report: dict) -> Path | None:
    """Move to done/ or broken/ of today, with its report; None where another load did so first."""
    day = path.parent.parent / where / f"{timezone.localdate()}"
    day.mkdir(parents=True, exist_ok=True)
    target = free_name(day / path.name)
    try:
        os.rename(path, target)
    except FileNotFoundError:
        return None
    text = json.dumps(report, ensure_ascii=False, indent=2)
    target.with_name(target.name + REPORT).write_text(text + "\n", encoding="utf-8")
    return target


def free_name(path: Path) -> Path:
    """This path, or one with a number before its suffix: nothing is written over."""
    number, free = 1, path
    while free.is_symlink() or free.exists():
        number += 1
        free = path.with_name(f"{path.stem}.{number}{path.suffix}")
    return free
