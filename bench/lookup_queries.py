"""How fast the look-up's query is, against `SELECT 1` in the same run, at two sizes of the table.

    BENCH_LOOKUP_DATABASES=small,large python -m bench lookup_queries --scale full

takes databases that there are, since large ones take long to make.
"""

import os
import random
import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from bench import databases
from bench.figures import Figure

SIZES = {
    "postgresql": {"small": (20_000, 100_000), "full": (1_000_000, 10_000_000)},
    "sqlite": {"small": (10_000, 50_000), "full": (100_000, 10_000_000)},
}
ASKED = 2_000


def run(scale: str) -> list[Figure]:
    """The larger database stays the connection's own."""
    from django.db import connection

    name = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"
    sizes = SIZES[connection.vendor][scale]
    given = os.environ.get("BENCH_LOOKUP_DATABASES", "").split(",")
    measured = []
    for number, rows in enumerate(sizes):
        _use(given[number] if len(given) > 1 else "", rows)
        measured.append(_measure())
    small, large = given if len(given) > 1 else (f"{rows:,} payments" for rows in sizes)
    (_floor, before, _), (floor, query, both) = measured
    note = f"{large}; SELECT 1 took {floor * 1e6:.0f} µs at p50"
    growth = f"from {small} to {large}"
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
    if os.environ.get("BENCH_REALTIME"):
        _undisturbed()
    taken = _ask(asked)
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    floor, query, both = (statistics.median(times) for times in zip(*taken, strict=True))
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


def _undisturbed() -> None:
    """Where the machine has other work to do (BENCH_REALTIME=1, as root): this process and the
    database's that serves it go before all others for the few seconds that they take."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        served_by = cursor.fetchone()[0]
    for process in (0, served_by):
        os.sched_setscheduler(process, os.SCHED_FIFO, os.sched_param(10))


def _facts() -> list[tuple[str, int, datetime]]:
    """Tail, amount and minute of payments of all days."""
    from django.db import connection

    from receipts.models import Payment

    chance = random.Random(5)
    found: list = []
    if connection.vendor == "postgresql" and os.environ.get("BENCH_LOOKUP_DATABASES"):
        # By tail they lie all over the table: read from a cold disk that takes minutes.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT card_tail, amount_minor, occurred_at FROM receipts_payment "
                "TABLESAMPLE SYSTEM (1) REPEATABLE (5)"
            )
            found = chance.sample(cursor.fetchall(), ASKED)
    while len(found) < ASKED:
        mine = Payment.objects.filter(card_tail=f"{chance.randrange(10_000):04}")
        rows = mine.order_by().values_list("card_tail", "amount_minor", "occurred_at")[:1_000]
        found += chance.sample(list(rows), min(len(rows), 10))
    return [(tail, fen, at.replace(second=0, microsecond=0)) for tail, fen, at in found[:ASKED]]
