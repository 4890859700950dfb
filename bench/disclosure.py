"""The yearly table over many cases against a plain count of them.

Wall time on PostgreSQL, whose work is elsewhere; the two take turns. The count is the one that
counts the same cases: those opened in the year.
"""

import random
import statistics
import time
import uuid
from datetime import datetime, timedelta
from itertools import batched

from bench.figures import Figure

MANY = {"small": 50_000, "full": 1_000_000}
YEAR, TURNS = 2025, 9


def run(scale: str) -> list[Figure]:
    from django.db import connection

    from disputes.year import figures
    from portal.site import preparing

    preparing.migrate(lambda line: None)
    _make(MANY[scale])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    figures.of(YEAR), figures.in_year(YEAR).count()
    table, count = [], []
    for _turn in range(TURNS):
        table.append(_time(lambda: figures.of(YEAR)))
        count.append(_time(lambda: figures.in_year(YEAR).count()))
    ratio = statistics.median(table) / statistics.median(count)
    took = [f"{statistics.median(each) * 1e3:.0f} ms" for each in (table, count)]
    note = f"{MANY[scale]:,} cases, {connection.vendor}: table {took[0]}, count {took[1]}"
    return [Figure("Disclosure table against a count", ratio, "×", most=5, note=note)]


def _make(number: int) -> None:
    from django.db import transaction

    from disputes import policy
    from disputes.models import Case
    from disputes.year import figures

    rng, version = random.Random(5), policy.current_version()
    start, _end = figures.bounds(YEAR)
    for some in batched(range(number), 5_000, strict=False):
        with transaction.atomic():
            Case.objects.bulk_create(_case(n, start, version, rng) for n in some)


def _case(n: int, start: datetime, version, rng):
    from disputes.models import Case

    opened = start + timedelta(seconds=rng.randrange(365 * 86_400))
    is_open, days = rng.random() < 0.03, rng.choice((0, 1, 1, 1, 2, 3, 5, 9))
    kinds = ("no_slip", "refund_request", "disputed_charge", "service_complaint", "find_payment")
    return Case(
        number=f"{n // 1_000_000:04}-{n % 1_000_000:06}",
        kind=rng.choice(kinds),
        stage=rng.choice(("merchant", "institution")),
        status="working" if is_open else rng.choice(("resolved", "rejected", "withdrawn")),
        policy=version,
        contact_kind="email",
        contact=f"guest{n}@example.org",
        contact_hash=f"{n:064x}",
        opened_at=opened,
        closed_at=None if is_open else opened + timedelta(days=days),
        handled_days=None if is_open else days,
        submission_key=uuid.uuid4(),
    )


def _time(work) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
