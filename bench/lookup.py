"""How fast a look-up is, as ratios to floors of the same run, and whether its time tells anything.

The query against `SELECT 1`, at two sizes of the table, on both databases; the whole request and
the last page against a view that says "ok" behind the same server and middleware; and the times of
every reason for one more detail against each other (bench/lookup_times.py).
"""

import os
import random
import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from bench import databases, imports
from bench.figures import Figure

SIZES = {
    "postgresql": {"small": (20_000, 100_000), "full": (1_000_000, 10_000_000)},
    "sqlite": {"small": (10_000, 50_000), "full": (100_000, 10_000_000)},
}
ASKED = 2_000


def run(scale: str) -> list[Figure]:
    from django.db import connection

    if connection.vendor == "sqlite":
        return [*_queries(scale), *imports._on_postgres(scale, "lookup")]
    from bench import lookup_times, lookup_web

    return [*_queries(scale), *lookup_web.run(scale), *lookup_times.run(scale)]


def _queries(scale: str) -> list[Figure]:
    """The larger database stays the connection's own."""
    from django.db import connection

    name = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"
    small, large = SIZES[connection.vendor][scale]
    given = os.environ.get("BENCH_LOOKUP_DATABASES", "").split(",")
    measured = []
    for number, rows in enumerate((small, large)):
        _use(given[number] if len(given) > 1 else "", rows)
        measured.append(_measure())
    (_floor, before, _), (floor, query, both) = measured
    note = f"{large:,} payments; SELECT 1 took {floor * 1e6:.0f} µs at p50"
    growth = f"from {small:,} to {large:,} payments"
    if name == "SQLite":
        return [Figure(f"{name}: query, growth", query / before, "×", most=1.3, note=growth)]
    return [
        Figure(f"{name}: query", query / floor, "×", most=2.2, note=note),
        Figure(f"{name}: query and crowd", both / floor, "×", most=4, note=note),
        Figure(f"{name}: query, growth", query / before, "×", most=1.15, note=growth),
    ]


def _use(name: str, rows: int) -> None:
    """A database with so many payments: one that there is (BENCH_LOOKUP_DATABASES=small,large, for
    sizes that take long to make), else a new one beside the connection's own."""
    from django.db import connection

    from portal.site.demo import bulk

    databases.use(name, new=f"bench_{rows}")
    if not bulk.has_rows():
        bulk.make_rows(rows)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def _measure() -> tuple[float, float, float]:
    """Seconds at p50 of SELECT 1, of the query, and of the query with the crowd's count, for
    payments spread over the whole table; each in turn, so that all see the same machine. All three
    as a view asks: on the same connection, with a cursor of its own, all rows fetched. Without the
    crowd: the product's own query, told to count up to none."""
    asked = _facts()
    _ask(asked)  # warms
    floor, query, both = (statistics.median(times) for times in zip(*_ask(asked), strict=True))
    return floor, query, both


def _ask(asked: list[tuple[str, int, datetime]]) -> list[tuple[float, float, float]]:
    from receipts import lookup_sql

    took = []
    for tail, fen, moment in asked:
        window = moment - timedelta(minutes=10), moment + timedelta(minutes=11)
        query = partial(lookup_sql.look_up, tail, fen, *window, at_merchant=False)
        took.append(
            (_timed(_select_one), _timed(partial(query, most=0)), _timed(partial(query, most=21)))
        )
    return took


def _select_one() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchall()


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _facts() -> list[tuple[str, int, datetime]]:
    """Tail, amount and minute of payments of all days."""
    from receipts.models import Payment

    chance = random.Random(5)
    found: list = []
    while len(found) < ASKED:
        mine = Payment.objects.filter(card_tail=f"{chance.randrange(10_000):04}")
        rows = mine.order_by().values_list("card_tail", "amount_minor", "occurred_at")[:1_000]
        found += chance.sample(list(rows), min(len(rows), 10))
    return [(tail, fen, at.replace(second=0, microsecond=0)) for tail, fen, at in found[:ASKED]]
