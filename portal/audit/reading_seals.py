"""The log of readings, sealed into the trail: each hour one event with its number and digest.

Readings are rows that anybody with the database could change. Once their hour is sealed, a row that
was changed, taken away or written in afterwards no longer fits the event, and the event itself is
held by chain, tree and the copies outside. Hours older than the last purge are excused, by the
event of that purge and by nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone

from portal import audit
from portal.accounts.actor import Actor
from portal.audit.models import Event, Reading
from portal.audit.reading import WINDOW_SECONDS, window_of

SUBJECT = "readings:log"
SEALED = "readings.sealed"
PURGES = "retention:readings"  # the subject of the events that tell of purges
ACTOR = Actor.system("reading_seals")
HOUR = 3600 // WINDOW_SECONDS  # windows
SETTLED = timedelta(hours=1)  # after an hour's end: no page takes that long to commit
HOURS_OF_A_TURN = 500


def seal(now: datetime | None = None) -> int:
    """Seal the hours that are over and are not; how many."""
    now = now or timezone.now()
    with transaction.atomic():
        audit.lock(SUBJECT)  # a second one waits, and finds it done
        last, end = _last_sealed(), window_of(now - SETTLED) // HOUR * HOUR
        sealed = 0
        while sealed < HOURS_OF_A_TURN and (hour := _next_hour(last, end)) is not None:
            number, digest = _digest(hour)
            audit.record(
                SUBJECT,
                SEALED,
                actor=ACTOR,
                after={"hour": hour, "readings": number, "digest": digest},
            )
            last, sealed = hour, sealed + 1
    return sealed


def broken(most: int = 20) -> Iterator[tuple[str, str]]:
    """Hours whose readings are not those that were sealed, and why; the first so many."""
    purged, found, sealed = _purged_until(), 0, set()
    for hour, number, digest in _seals():
        sealed.add(hour)
        if hour >= purged and (now := _digest(hour)) != (number, digest):
            yield name(hour), f"sealed were {number}, here are {now[0]}, or they are others"
            if (found := found + 1) >= most:
                return
    late = max(sealed, default=None)
    if late is not None:
        windows = Reading.objects.filter(window__lt=late + HOUR, window__gte=purged)
        hours = {w // HOUR * HOUR for w in windows.values_list("window", flat=True).distinct()}
        for hour in sorted(hours - sealed):
            yield name(hour), "there were none when later hours were sealed"


def name(hour: int) -> str:
    return datetime.fromtimestamp(hour * WINDOW_SECONDS, tz=UTC).isoformat()


def _seals() -> Iterator[tuple[int, int, str]]:
    events = Event.objects.filter(subject=SUBJECT, type=SEALED).order_by("sequence")
    for text in events.values_list("text", flat=True).iterator(chunk_size=500):
        told = json.loads(text)["after"]
        yield told["hour"], told["readings"], told["digest"]


def _last_sealed() -> int:
    last = Event.objects.filter(subject=SUBJECT, type=SEALED).order_by("-sequence").first()
    return json.loads(last.text)["after"]["hour"] if last else -HOUR


def _next_hour(last: int, end: int) -> int | None:
    later = Reading.objects.filter(window__gte=last + HOUR, window__lt=end)
    first = later.aggregate(first=Min("window"))["first"]
    return None if first is None else first // HOUR * HOUR


def _purged_until() -> int:
    """The first hour that must be whole."""
    purges = Event.objects.filter(subject=PURGES).aggregate(last=Max("sequence"))["last"]
    if purges is None:
        return 0
    text = Event.objects.get(subject=PURGES, sequence=purges).text
    before = datetime.fromisoformat(json.loads(text)["after"]["before"])
    return -(-window_of(before) // HOUR) * HOUR + HOUR


def _digest(hour: int) -> tuple[int, str]:
    """How many readings, and the SHA-256 of them all, one a line, in the order of their bytes."""
    rows = Reading.objects.filter(window__gte=hour, window__lt=hour + HOUR).values_list(
        "reader", "role", "organisation", "subject", "what", "at", "window"
    )
    lines = sorted(_line(row) for row in rows.iterator(chunk_size=2_000))
    return len(lines), hashlib.sha256(b"\n".join(lines)).hexdigest()


def _line(row: tuple) -> bytes:
    *words, at, window = row
    parts = [*words, at.astimezone(UTC).isoformat(timespec="microseconds"), str(window)]
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
