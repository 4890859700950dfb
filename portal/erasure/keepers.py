"""What each app holds of persons: how to let go of one thing, and of all that is too old.

An app registers in `AppConfig.ready`; requests, the list that is replayed after a restore, and the
retention periods all go through what it registers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.functional import Promise


@dataclass(frozen=True)
class Standing:
    """How one thing stands. `name` is what a person calls it; `busy` that it is still worked on
    (an open case, somebody who still works here), so that it can be neither erased nor locked;
    `kept_until` the end of the period for which the law keeps it."""

    name: str | Promise
    busy: bool = False
    erased: bool = False
    locked: bool = False
    kept_until: datetime | None = None


@dataclass
class Trace:
    """Where else a thing has left something; the ground floor's own tables are gone through by it.

    `subjects` of the trail beside its own, `contact` an address of the person, `outbox` the
    beginnings of effect keys, `passes` (purpose, subject) of links and codes, `words` (kind, ids)
    of the search index, `removed` what the app itself has taken away."""

    subjects: list[str] = field(default_factory=list)
    contact: str = ""
    contact_hash: str = ""
    outbox: list[str] = field(default_factory=list)
    passes: list[tuple[str, str]] = field(default_factory=list)
    words: list[tuple[str, list[int]]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    removed: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Keeper:
    """Of one kind of subject. All take what stands after the colon; `erase` and `lock` are called
    in a transaction, lock their rows, and say what else there is; `find` gives the subjects that
    somebody means who types a number, an address or a name."""

    kind: str
    standing: Callable[[str], Standing | None]
    erase: Callable[[str], Trace]
    lock: Callable[[str, datetime], Trace]
    find: Callable[[str], list[str]]


@dataclass(frozen=True)
class Class:
    """A class of data with a period (settings.RETENTION). `source` says whose rule it is, `due`
    how many are older than the moment, `let_go` takes at most so many away, in the caller's
    transaction, and gives how many."""

    name: str
    label: str | Promise
    source: str | Promise
    due: Callable[[datetime], int]
    let_go: Callable[[datetime, int], int]


# Of a subject that another app keeps: what this one holds of it. (identifier) → what went.
Also = Callable[[str], Counter[str]]
_keepers: dict[str, Keeper] = {}
_also: dict[str, list[Also]] = {}
_classes: dict[str, Class] = {}


def register(keeper: Keeper) -> None:
    _keepers[keeper.kind] = keeper


def also(kind: str, erase: Also) -> None:
    """Called with the keeper's own `erase`, in its transaction."""
    known = _also.setdefault(kind, [])
    if erase not in known:
        known.append(erase)


def erased_elsewhere(kind: str, identifier: str) -> Counter[str]:
    return sum((erase(identifier) for erase in _also.get(kind, [])), Counter())


def register_class(kept: Class) -> None:
    _classes[kept.name] = kept


def of(subject: str) -> tuple[Keeper | None, str]:
    kind, _colon, identifier = subject.partition(":")
    return _keepers.get(kind), identifier


def standing(subject: str) -> Standing | None:
    keeper, identifier = of(subject)
    return keeper.standing(identifier) if keeper else None


def find(text: str) -> list[str]:
    """Every subject that is meant by a number, an address or a name."""
    return [subject for keeper in _keepers.values() for subject in keeper.find(text)]


def classes() -> list[Class]:
    return list(_classes.values())
