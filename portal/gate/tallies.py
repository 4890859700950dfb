"""Look-ups by the hour, counted once: a year of them is read at a glance, whatever their number.

The hour that runs, and one that has just ended, is counted from the log itself, the newest rows
only.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import Count, Max
from django.db.models.functions import TruncHour
from django.utils import timezone

from portal.gate.models import Attempt, Tally

HOUR = timedelta(hours=1)
# A row of the last seconds of an hour may be committed in the next one.
SETTLED_AFTER = timedelta(minutes=5)
NEWEST = 50_000  # rows of the log that a page counts by itself


def _hour_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _counted_until() -> datetime | None:
    """The hour up to which everything has been counted."""
    last = Tally.objects.aggregate(last=Max("hour"))["last"]
    return last + HOUR if last else None


def count_up(now: datetime | None = None) -> int:
    """Count the hours that are over and not counted yet; how many rows that made. Harmless twice,
    and a turn that was missed is made up for by the next."""
    attempts = Attempt.objects.filter(at__lt=_hour_of((now or timezone.now()) - SETTLED_AFTER))
    if (since := _counted_until()) is not None:
        attempts = attempts.filter(at__gte=since)
    columns = ("hour", "outcome", "matched", "detail", "reached")
    rows = (
        attempts.order_by()
        .annotate(hour=TruncHour("at", tzinfo=UTC))
        .values_list(*columns)
        .annotate(count=Count("pk"))
    )
    made = [Tally(**dict(zip((*columns, "count"), row, strict=True))) for row in rows]
    Tally.objects.bulk_create(made, batch_size=500, ignore_conflicts=True)
    return len(made)


@dataclass
class Sum:
    """Look-ups of a span of time: `shown` a payment, or asked for `more`; `nothing` are those of
    `more` that fitted nothing, or several; `limited` those that met a limit, `by_limit` each."""

    shown: int = 0
    more: int = 0
    nothing: int = 0
    limited: int = 0
    by_limit: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def total(self) -> int:
        return self.shown + self.more

    def add(self, outcome: str, matched: bool, reached: str, count: int) -> None:
        if outcome == Attempt.Outcome.FOUND:
            self.shown += count
        else:
            self.more += count
            self.nothing += 0 if matched else count
            self.limited += count if reached else 0
            for scope in reached.split():
                self.by_limit[scope] += count

    def include(self, other: Sum) -> None:
        self.shown += other.shown
        self.more += other.more
        self.nothing += other.nothing
        self.limited += other.limited
        for scope, count in other.by_limit.items():
            self.by_limit[scope] += count


@dataclass
class Counted:
    hours: dict[datetime, Sum]  # UTC hours that had any
    is_cut: bool = False  # the log has more than a page counts: the newest hours are short


def since(start: datetime, now: datetime | None = None) -> Counted:
    """Look-ups of each hour from `start` (a full hour) on."""
    hours: dict[datetime, Sum] = defaultdict(Sum)
    tallied = Tally.objects.filter(hour__gte=start).values_list(
        "hour", "outcome", "matched", "reached", "count"
    )
    for hour, outcome, matched, reached, count in tallied:
        hours[hour].add(outcome, matched, reached, count)
    live = max(start, _counted_until() or start)
    rows = _newest(live)
    for hour, outcome, matched, reached, count in rows:
        hours[hour].add(outcome, matched, reached, count)
    return Counted(dict(hours), is_cut=sum(row[-1] for row in rows) >= NEWEST)


def _newest(start: datetime) -> list[tuple[datetime, str, bool, str, int]]:
    """(hour, outcome, matched, reached, count) of the newest rows of the log from `start` on."""
    newest = Attempt.objects.filter(at__gte=start).order_by("-at")
    rows = newest.values("at", "outcome", "matched", "reached")[:NEWEST]
    sql, values = rows.query.sql_with_params()
    hour = (
        "date_trunc('hour', at, 'UTC')"
        if connection.vendor == "postgresql"
        else "strftime('%%Y-%%m-%%d %%H:00:00', at)"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {hour}, outcome, matched, reached, COUNT(*) FROM ({sql}) n GROUP BY 1, 2, 3, 4
            """,  # noqa: S608  Django's own SQL
            values,
        )
        return [
            (_moment(hour), outcome, bool(matched), reached, count)
            for hour, outcome, matched, reached, count in cursor.fetchall()
        ]


def _moment(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def failed_in(hours: list[datetime]) -> dict[datetime, int]:
    """Look-ups that fitted nothing, or several, in each of these hours that have been counted."""
    rows = Tally.objects.filter(hour__in=hours, matched=False).values_list("hour", "count")
    failed: dict[datetime, int] = defaultdict(int)
    for hour, count in rows:
        failed[hour] += count
    return failed
