"""Business rows without events, and events about things that are not there.

Of a period, at most `MOST` rows and subjects of each kind, the newest first; a report that was cut
says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import batched, islice

from django.utils.functional import Promise

from portal.audit import holdings
from portal.audit.holdings import Holding
from portal.audit.models import Event

MOST = 5_000
AT_ONCE = 400  # names in one question
SHOWN = 50


@dataclass(frozen=True)
class Gap:
    """`subjects` are the first of those that lack their other half."""

    name: str | Promise
    looked_at: int
    number: int
    subjects: list[str]
    is_cut: bool

    @property
    def more(self) -> int:
        return self.number - len(self.subjects)


@dataclass(frozen=True)
class Report:
    rows: list[Gap]  # rows without an event
    events: list[Gap]  # events without a row

    @property
    def number(self) -> int:
        return sum(gap.number for gap in (*self.rows, *self.events))

    @property
    def is_cut(self) -> bool:
        return any(gap.is_cut for gap in (*self.rows, *self.events))


def report(since: datetime, until: datetime) -> Report:
    kinds = holdings.all_of_them()
    rows = {each: [subject for subject, _at in each.rows(since, until, MOST + 1)] for each in kinds}
    told = _told(kinds, [subject for subjects in rows.values() for subject in subjects])
    begun = _begun(kinds, since, until)
    return Report(
        [
            _gap(each, rows[each], (s for s in rows[each][:MOST] if (s, each.begins) not in told))
            for each in kinds
        ],
        [_gap(each, begun[each], _without_row(each, begun[each][:MOST])) for each in kinds],
    )


def _told(kinds: list[Holding], subjects: list[str]) -> set[tuple[str, str]]:
    """Which of the subjects have the event that begins their kind."""
    types = {each.begins for each in kinds}
    told: set[tuple[str, str]] = set()
    for some in batched(subjects, AT_ONCE, strict=False):
        events = Event.objects.filter(subject__in=some, type__in=types)
        told.update(events.values_list("subject", "type"))
    return told


def _begun(kinds: list[Holding], since: datetime, until: datetime) -> dict[Holding, list[str]]:
    """By kind, the subjects that were begun in the period, each once."""
    types = {each.begins for each in kinds}
    within = Event.objects.filter(type__in=types, at__gte=since, at__lt=until).order_by("-at")
    found: dict[str, dict[str, None]] = {type_: {} for type_ in types}
    for subject, type_ in within.values_list("subject", "type")[: MOST * len(kinds)]:
        found[type_][subject] = None
    return {each: list(found[each.begins]) for each in kinds}


def _without_row(holding: Holding, subjects: list[str]) -> Iterator[str]:
    for some in batched(subjects, AT_ONCE, strict=False):
        there = holding.existing([subject.partition(":")[2] for subject in some])
        missing = [subject for subject in some if subject.partition(":")[2] not in there]
        yield from (subject for subject in missing if not _rightly(holding, subject))


def _rightly(holding: Holding, subject: str) -> bool:
    """The row is gone by a deed that the trail tells of."""
    if not holding.gone_by:
        return False
    return Event.objects.filter(subject=subject, type=holding.gone_by).exists()


def _gap(holding: Holding, looked_at: list[str], lacking: Iterable[str]) -> Gap:
    lacking = iter(lacking)
    first = list(islice(lacking, SHOWN))
    number = len(first) + sum(1 for _each in lacking)
    return Gap(holding.name, len(looked_at[:MOST]), number, first, len(looked_at) > MOST)
