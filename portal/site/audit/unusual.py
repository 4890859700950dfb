"""Reading and signing in that an auditor should look at: no verdict, the figures and their rows.

What counts as unusual is decided in one place, portal.viewing, on the day itself: it told the
supervisors and left an event. Here those events are read, not the days measured again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Q

from portal.audit.models import Event, Reading
from portal.audit.reading import window_of
from portal.site.audit.sentences import sentence
from portal.viewing import pattern, unmasking
from portal.viewing.budget import REASON_GIVEN
from portal.viewing.sweep import LISTED, UNUSUAL

DAYS = 7
ALARMS = (*(f"{UNUSUAL}.{rule}" for rule in pattern.LEAST), unmasking.MANY, REASON_GIVEN)


@dataclass(frozen=True)
class Alarm:
    """What stood out, on which day; `usual` is the median of that person's days, where told."""

    words: str
    at: datetime
    figure: int | None = None
    usual: str = ""


@dataclass
class Reader:
    """One person's week, in things seen."""

    reader: str
    seen: int = 0
    listed: int = 0
    standing_out: list[Alarm] = field(default_factory=list)


def readers(now: datetime) -> list[Reader]:
    """Everybody who read something, those with something unusual first. Two queries."""
    since = now - timedelta(days=DAYS)
    week = (
        Reading.objects.filter(window__gte=window_of(since))
        .values("reader")
        .annotate(
            seen=Count("subject", filter=~Q(what=Reading.What.LISTED), distinct=True),
            listed=Count("pk", filter=LISTED),
        )
    )
    found = {row["reader"]: Reader(**row) for row in week if row["seen"] or row["listed"]}
    for reader, alarms in _alarms(since).items():
        found.setdefault(reader, Reader(reader)).standing_out = alarms
    return sorted(found.values(), key=lambda each: (-len(each.standing_out), -each.seen))


def _alarms(since: datetime) -> dict[str, list[Alarm]]:
    """By reader, the last one first."""
    found: dict[str, list[Alarm]] = defaultdict(list)
    events = Event.objects.filter(type__in=ALARMS, at__gte=since).order_by("-at", "-pk")
    for event in events:
        after = json.loads(event.text)["after"]
        alarm = Alarm(sentence(event.type), event.at, after.get("figure"), after.get("usual", ""))
        found[event.subject.replace("account:", "user:", 1)].append(alarm)
    return found


@dataclass
class Account:
    subject: str
    figures: dict[str, int]


# Types in the order of the columns of the page.
TRIES = ("signed_in", "sign_in.refused", "sign_in.locked", "access.refused")


def accounts(now: datetime) -> list[Account]:
    """Accounts with tries that failed or were refused, the most first."""
    rows = (
        Event.objects.filter(type__in=TRIES, at__gte=now - timedelta(days=DAYS))
        .values_list("subject", "type")
        .annotate(n=Count("pk"))
    )
    found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(TRIES, 0))
    for subject, type_, number in rows:
        found[subject][type_] = number
    failed = [
        Account(subject, figures)
        for subject, figures in found.items()
        if any(figures[type_] for type_ in TRIES[1:])
    ]
    return sorted(failed, key=lambda each: -sum(each.figures[type_] for type_ in TRIES[1:]))[:50]
