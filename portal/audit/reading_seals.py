"""The log of readings, sealed into the trail: every few minutes one event with number and digest.

Readings are rows that anybody with the database could change. Once sealed, a row that was changed,
taken away or written in afterwards no longer fits the event, and the event itself is held by chain,
tree and the copies outside. What is older than the last purge is excused, by the event of that
purge and by nothing else.

A span runs from where the last one ended to `SETTLED` ago. The worker comes each five minutes
(portal.schedule), so a reading lies open for seven, and no longer than an event waits to be seen
by the next copy. Closer would be an event a minute all day; `SETTLED` cannot go, since a row bears
the time of its page and is there only when that page's transaction is through.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Max, Min, QuerySet
from django.utils import timezone

from portal import audit
from portal.accounts.actor import Actor
from portal.audit.models import Event, Reading
from portal.audit.reading import WINDOW_SECONDS, window_of
from portal.audit.trail import utc_text

SUBJECT = "readings:log"
SEALED = "readings.sealed"
PURGES = "retention:readings"  # the subject of the events that tell of purges
ACTOR = Actor.system("reading_seals")
EARLIEST = datetime.min.replace(tzinfo=UTC)
HOUR = timedelta(hours=1)
SETTLED = timedelta(minutes=2)  # the server ends a request after half a minute
LONGEST = HOUR  # of one span, where the worker has stood still: so a fault is found to the hour
SPANS_OF_A_TURN = 500


@dataclass(frozen=True, slots=True)
class Span:
    """The readings `since` (included) to `until` (excluded)."""

    since: datetime
    until: datetime

    def __str__(self) -> str:
        return f"{self.since.isoformat()} to {self.until.isoformat()}"

    @property
    def rows(self) -> QuerySet[Reading]:
        # By the window too: that is what an index holds.
        return Reading.objects.filter(
            window__gte=window_of(self.since),
            window__lte=window_of(self.until),
            at__gte=self.since,
            at__lt=self.until,
        )


def seal(now: datetime | None = None) -> int:
    """Seal what was read since the last seal; how many spans."""
    now = now or timezone.now()
    with transaction.atomic():
        audit.lock(SUBJECT)  # a second one waits, and finds it done
        last, sealed = _last_sealed(), 0
        while sealed < SPANS_OF_A_TURN and (span := _next(last, now - SETTLED)):
            number, digest = _digest(span)
            audit.record(
                SUBJECT,
                SEALED,
                actor=ACTOR,
                after={
                    "since": utc_text(span.since),
                    "until": utc_text(span.until),
                    "readings": number,
                    "digest": digest,
                },
            )
            last, sealed = span.until, sealed + 1
    return sealed


def broken(most: int = 20) -> Iterator[tuple[str, str]]:
    """Spans whose readings are not those that were sealed, and why; the first so many."""
    purged, found, last = _purged_until(), 0, EARLIEST
    for span, number, digest in _seals():
        if found >= most:
            return
        gap = Span(max(last, purged), span.since)
        if gap.since < gap.until and gap.rows.exists():
            yield str(gap), "there were none when later ones were sealed"
            found += 1
        last = span.until
        if span.since >= purged and (now := _digest(span)) != (number, digest):
            yield str(span), f"sealed were {number}, here are {now[0]}, or they are others"
            found += 1
    if Reading.objects.filter(window__gt=window_of(last), at__lt=last).exists():
        yield f"before {last.isoformat()}", "a reading stands in another window than its time"


def _seals() -> Iterator[tuple[Span, int, str]]:
    events = Event.objects.filter(subject=SUBJECT, type=SEALED).order_by("sequence")
    for text in events.values_list("text", flat=True).iterator(chunk_size=500):
        told = json.loads(text)["after"]
        yield _span(told), told["readings"], told["digest"]


def _span(told: dict) -> Span:
    if "hour" in told:  # before spans there were hours, counted in windows
        since = datetime.fromtimestamp(told["hour"] * WINDOW_SECONDS, tz=UTC)
        return Span(since, since + HOUR)
    return Span(datetime.fromisoformat(told["since"]), datetime.fromisoformat(told["until"]))


def _last_sealed() -> datetime:
    last = Event.objects.filter(subject=SUBJECT, type=SEALED).order_by("-sequence").first()
    return _span(json.loads(last.text)["after"]).until if last else EARLIEST


def _next(last: datetime, end: datetime) -> Span | None:
    """From the first reading that is not sealed; nothing where there is none."""
    if last >= end:
        return None
    first = Span(last, end).rows.aggregate(first=Min("at"))["first"]
    return None if first is None else Span(max(last, first), min(end, first + LONGEST))


def _purged_until() -> datetime:
    """From here on all must be there."""
    purges = Event.objects.filter(subject=PURGES).aggregate(last=Max("sequence"))["last"]
    if purges is None:
        return EARLIEST
    text = Event.objects.get(subject=PURGES, sequence=purges).text
    return datetime.fromisoformat(json.loads(text)["after"]["before"])


def _digest(span: Span) -> tuple[int, str]:
    """How many readings, and the SHA-256 of them all, one a line, in the order of their bytes."""
    rows = span.rows.values_list(
        "reader", "role", "organisation", "subject", "what", "at", "window"
    )
    lines = sorted(_line(row) for row in rows.iterator(chunk_size=2_000))
    return len(lines), hashlib.sha256(b"\n".join(lines)).hexdigest()


def _line(row: tuple) -> bytes:
    *words, at, window = row
    parts = [*words, at.astimezone(UTC).isoformat(timespec="microseconds"), str(window)]
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
