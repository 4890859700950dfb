"""The list of what was erased or locked, kept apart from the database.

A restored backup brings back what was erased after it was made. So each erasure leaves a line in a
file (settings.ERASURE_LIST), written before the transaction ends: a line too many is about
something that two people had agreed on, a line too few would be a person who is back. Replayed by
`manage.py replay_erasures` after a restore, and each night by itself.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal.accounts.actor import Actor
from portal.erasure import erasing, keepers
from portal.erasure.models import Item

ACTOR = Actor.system("erasure_list")


@dataclass(frozen=True)
class Line:
    subject: str
    state: str
    ground: str
    at: datetime
    until: datetime | None

    @classmethod
    def read(cls, text: str) -> Line:
        """Raises ValueError, KeyError or TypeError for what is no line of the list."""
        told = json.loads(text)
        until = told["until"] and datetime.fromisoformat(told["until"])
        at = datetime.fromisoformat(told["at"])
        return cls(told["subject"], told["state"], told["ground"], at, until or None)


class Unreadable(Exception):
    """A line of the list is broken; its number and text."""


def _path() -> Path:
    return Path(settings.ERASURE_LIST)


def note(items: Iterable[Item]) -> None:
    """Append these to the list, on the disk when this returns. Raises OSError: then nothing is
    erased either."""
    lines = [
        json.dumps(
            {
                "subject": item.subject,
                "state": item.state,
                "ground": item.ground,
                "at": item.at and item.at.isoformat(),
                "until": item.until.isoformat() if item.until else "",
            }
        )
        for item in items
        if item.state in {Item.State.ERASED, Item.State.LOCKED}
    ]
    if not lines:
        return
    _path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # One write of whole lines to a file that is only appended to: two processes do not mix.
    handle = os.open(_path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, "".join(f"{line}\n" for line in lines).encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def written() -> tuple[int, float]:
    """How long the list is (bytes) and when it was last written to (seconds since 1970): by this
    every process of the machine learns, at no cost, that somebody was erased."""
    try:
        state = _path().stat()
    except OSError:
        return 0, 0.0
    return state.st_size, state.st_mtime


def lines(path: Path | None = None) -> Iterator[Line]:
    """Of the list, oldest first; none while there is no file. Raises Unreadable."""
    path = path or _path()
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for number, text in enumerate(file, 1):
            try:
                yield Line.read(text)
            except (ValueError, KeyError, TypeError) as error:
                raise Unreadable(f"{path}:{number}: {text.strip()[:100]}") from error


def undone(path: Path | None = None) -> list[Line]:
    """What the list says and the database has not (any more); the last line of a subject counts."""
    last = {line.subject: line for line in lines(path)}
    return [line for line in last.values() if _is_undone(line)]


def _is_undone(line: Line) -> bool:
    found = keepers.standing(line.subject)
    if found is None or found.erased:
        return False
    return line.state == Item.State.ERASED or not found.locked


def replay(path: Path | None = None) -> list[Line]:
    """Do again what is undone, each in a transaction of its own; what was done."""
    done = []
    for line in undone(path):
        found = keepers.standing(line.subject)
        if found and found.busy:
            continue  # opened again since, rightly: whoever ends it is asked anew
        with transaction.atomic():
            _again(line)
        done.append(line)
    return done


def _again(line: Line) -> None:
    """As an item of no request: the one that two people made may be gone with the restore."""
    Item.objects.filter(subject=line.subject, state=Item.State.LOCKED).update(
        state=Item.State.LEFT, at=timezone.now()
    )
    item = Item(subject=line.subject, ground=line.ground, state=line.state, at=timezone.now())
    if line.state == Item.State.LOCKED and line.until:
        removed = erasing.lock(line.subject, line.until, line.ground, actor=ACTOR)
        item.until = line.until
    else:
        removed = erasing.erase(line.subject, line.ground, actor=ACTOR)
    item.removed = {name: number for name, number in removed.items() if number}
    item.save()
