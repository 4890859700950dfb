"""How long payments take to be settled, by source, over those that came last.

A figure over all payments ever would be slow to make and slow to move. The newest payments are
the end of the primary key (UUIDs of version 7 grow with time), so one walk backwards along it
reads as many as are wanted, however many there are, and no further index has to be kept.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from django.db import connection
from django.utils import timezone

from portal.accounts.actor import Actor
from receipts.models import Payment

NEWEST = 100_000  # payments that are looked at
LISTED = 50
_COLUMNS = ("id", "source", "local_date", "settled_on", "status", "created_at")


@dataclass(frozen=True)
class Delay:
    """`half` and `most` are days from the payment's day to its settlement: half of the settled
    ones took no longer than `half`, nine in ten no longer than `most`."""

    source: str
    settled: int
    half: int
    most: int
    not_yet: int  # authorised and not settled so far


@dataclass(frozen=True)
class Delays:
    rows: list[Delay]
    looked_at: int = 0
    since: datetime | None = None  # when the oldest of them came


def delays(actor: Actor) -> Delays:
    sample, values = _sample(actor)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT source, local_date, settled_on,
                   CASE status WHEN 'authorised' THEN 1 ELSE 0 END, COUNT(*), MIN(created_at)
            FROM ({sample}) n GROUP BY 1, 2, 3, 4
            """,  # noqa: S608  Django's own SQL
            values,
        )
        found = cursor.fetchall()
    days: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    not_yet: dict[str, int] = defaultdict(int)
    for source, paid, settled, is_authorised, number, _came in found:
        if settled is not None:
            days[source][(_day(settled) - _day(paid)).days] += number
        elif is_authorised:
            not_yet[source] += number
    rows = [_delay(source, days[source], not_yet[source]) for source in {*days, *not_yet}]
    rows.sort(key=lambda each: (-each.most, -each.settled, each.source))
    since = min((_moment(row[5]) for row in found), default=None)
    return Delays(rows, sum(row[4] for row in found), since)


def payments_behind(actor: Actor, source: str, at_least: int | None) -> list[Payment]:
    """Payments of that source that took so many days, or (None) are not settled yet: the slowest
    or oldest first."""
    sample, values = _sample(actor)
    apart = _apart()
    more: list[str | int]
    if at_least is None:
        condition, more = "settled_on IS NULL AND status = 'authorised'", [source]
        order = "local_date"
    else:
        condition, more = f"{apart} >= %s", [source, at_least]
        order = f"{apart} DESC"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM ({sample}) n WHERE source = %s AND {condition}"  # noqa: S608
            f" ORDER BY {order}, id LIMIT {LISTED}",
            [*values, *more],
        )
        ids = [id if isinstance(id, UUID) else UUID(id) for (id,) in cursor.fetchall()]
    payments = Payment.objects.visible_to(actor).select_related("merchant").in_bulk(ids)
    return [payments[id] for id in ids]


def _sample(actor: Actor) -> tuple[str, tuple]:
    newest = Payment.objects.visible_to(actor).order_by("-pk").values(*_COLUMNS)[:NEWEST]
    return newest.query.sql_with_params()


def _apart() -> str:
    """Days from payment to settlement."""
    if connection.vendor == "postgresql":
        return "(settled_on - local_date)"
    return "(julianday(settled_on) - julianday(local_date))"


def _delay(source: str, days: dict[int, int], not_yet: int) -> Delay:
    settled = sum(days.values())

    def within(share: float) -> int:
        reached = 0
        for number in sorted(days):
            reached += days[number]
            if reached >= share * settled:
                return max(number, 0)
        return 0

    return Delay(source, settled, within(0.5), within(0.9), not_yet)


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _moment(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return timezone.make_aware(moment, UTC) if timezone.is_naive(moment) else moment
