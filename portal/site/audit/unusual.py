"""Reading and signing in that an auditor should look at: no verdict, the figures and their rows.

What counts as unusual is a table of four rules, over the last seven days. Each is a number of
things that one person saw (cases, payments, contacts, lines of a search), or tries that failed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.audit.models import Event, Reading
from portal.audit.reading import WINDOW_SECONDS, window_of

DAYS = 7
AN_HOUR = 3600 // WINDOW_SECONDS  # windows
NIGHT = (22, 6)  # o'clock

# What is told of a person, and from which number on it stands out.
RULES: dict[str, tuple[str | Promise, int]] = {
    "hour": (_("最多的一小时里看过的"), 60),
    "night": (_("22 点到 6 点看过的"), 10),
    "contact": (_("看过的完整联系方式"), 20),
    "listed": (_("查找时看到的行"), 300),
}


@dataclass
class Reader:
    """One person's week, in things seen."""

    reader: str
    seen: int = 0
    figures: dict[str, int] = field(default_factory=lambda: dict.fromkeys(RULES, 0))

    @property
    def standing_out(self) -> list[tuple[str | Promise, int]]:
        return [
            (words, self.figures[name])
            for name, (words, limit) in RULES.items()
            if self.figures[name] >= limit
        ]


def readers(now: datetime) -> list[Reader]:
    """Everybody who read something, those with something unusual first. One query, whose rows
    are persons and hours."""
    listed = Q(what=Reading.What.LISTED) & ~Q(subject__startswith="list:")
    hours = (
        Reading.objects.filter(window__gte=window_of(now - timedelta(days=DAYS)))
        .values("reader", hour=F("window") / AN_HOUR)
        .annotate(
            seen=Count("subject", filter=~Q(what=Reading.What.LISTED), distinct=True),
            contact=Count("subject", filter=Q(what=Reading.What.CONTACT)),
            listed=Count("subject", filter=listed),
        )
    )
    found: dict[str, Reader] = {}
    for row in hours:
        reader = found.setdefault(row["reader"], Reader(row["reader"]))
        reader.seen += row["seen"]
        reader.figures["hour"] = max(reader.figures["hour"], row["seen"])
        reader.figures["contact"] += row["contact"]
        reader.figures["listed"] += row["listed"]
        if _is_night(int(row["hour"])):
            reader.figures["night"] += row["seen"]
    some = [each for each in found.values() if each.seen or each.figures["listed"]]
    return sorted(some, key=lambda each: (-len(each.standing_out), -each.seen))


def _is_night(hour: int) -> bool:
    begins = timezone.localtime(datetime.fromtimestamp(hour * 3600, UTC))
    return begins.hour >= NIGHT[0] or begins.hour < NIGHT[1]


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
