"""Who saw what: one function for every page that shows staff a person's data.

A row of `Reading`, not an event: reading is a hundred times as frequent as doing, is kept for a
year and not for ten (docs/decisions/reading-log.md).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal import compiled_writes
from portal.accounts.actor import Actor
from portal.accounts.models import Role
from portal.audit.models import Reading

log = structlog.get_logger(__name__)

# The same person, the same thing, the same ten minutes of the wall clock: one reading.
WINDOW_SECONDS = 600
SUBJECT_LENGTH = 64
ONE_READING = ("reader", "window", "subject", "what")  # as the table's constraint has it

What = Reading.What


# Asked before anything is written down or shown: (actor, subjects, what) → what to tell the reader.
Check = Callable[[Actor, tuple[str, ...], str], str]
_checks: list[Check] = []


def ask_first(check: Check) -> None:
    """In `AppConfig.ready`: the check may raise, and then nothing is shown."""
    if check not in _checks:
        _checks.append(check)


def note(actor: Actor, *subjects: str, what: str = What.OPENED) -> str:
    """Leave a row for each of `subjects` (`case:…`, `payment:…`), in one INSERT. The answer is what
    the checks have to tell the reader, "" as a rule.

    `what`: a `Reading.What`. Call it before anything is shown. What cannot be written down is not
    shown: the error goes up and the page fails. For an auditor it is logged instead, since nobody
    is to keep auditors out by a database that takes no writes.
    """
    told = " ".join(filter(None, [check(actor, subjects, what) for check in _checks]))
    now = timezone.now()
    window = window_of(now)
    rows = [
        Reading(
            reader=actor.id,
            role=actor.role,
            organisation=str(actor.organisation.public_id) if actor.organisation else "",
            subject=subject[:SUBJECT_LENGTH],
            what=what,
            at=now,
            window=window,
        )
        for subject in dict.fromkeys(subjects)
    ]
    if not rows:
        return told
    if actor.role != Role.AUDITOR:
        _write(rows)
        return told
    try:
        with transaction.atomic():
            _write(rows)
    except DatabaseError as error:
        log.error("reading_not_recorded", reader=actor.id, error=type(error).__name__)
    return told


def window_of(moment: datetime) -> int:
    """Which ten minutes since 1970 a moment lies in."""
    return int(moment.timestamp()) // WINDOW_SECONDS


def _write(rows: list[Reading]) -> None:
    # Two tabs, or a reload: the row is there already, and the database knows that best.
    if len(rows) == 1:
        compiled_writes.insert_unless_there(rows[0], *ONE_READING)
    else:
        Reading.objects.bulk_create(rows, ignore_conflicts=True)


def readings_of(reader: str, since: datetime) -> QuerySet[Reading]:
    """What `reader` (an `Actor.id`) saw since then; an index holds it."""
    return Reading.objects.filter(reader=reader, window__gte=window_of(since), at__gte=since)


def number_seen(reader: str, since: datetime, *whats: str) -> int:
    """How many different things `reader` saw since then, of those kinds (all without)."""
    seen = readings_of(reader, since)
    if whats:
        seen = seen.filter(what__in=whats)
    return seen.values("subject").distinct().count()


def readers_of(subject: str) -> QuerySet[Reading]:
    """Who saw `subject`, the last one first; an index holds it."""
    return Reading.objects.filter(subject=subject).order_by("-at", "-pk")
