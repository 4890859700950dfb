"""One event appended, held against the same row put into a bare table of the same shape.

Each is a transaction of its own through the same connection. The floor is the bare INSERT alone:
what `audit.record` costs besides is canonical JSON, SHA-256, the chain, the queue and the guards.
On PostgreSQL with fsync and synchronous_commit as they are in production; where the bench has no
server given, one is started here with both on.
"""

import os
import time

from bench.figures import Figure

ROUNDS = {"small": 8, "full": 30}
EACH = {"small": 250, "full": 1_000}
MOST = {"postgresql": 1.5, "sqlite": 2.0}
SAFE = ("fsync", "synchronous_commit", "full_page_writes")
OWN_SERVER = "BENCH_OWN_SERVER"  # started for this, with those off, as for tests
COLUMNS = "subject, sequence, type, actor, at, text, previous_hash, hash"


def run(scale: str) -> list[Figure]:
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", interactive=False, verbosity=0)
    if connection.vendor == "postgresql":
        insist_on_fsync(connection)
    figures = _measure(scale, connection)
    if connection.vendor == "sqlite":
        from bench import imports

        os.environ.setdefault(OWN_SERVER, "1")
        figures += imports._on_postgres(scale, "audit")
    return figures


def insist_on_fsync(connection) -> None:
    connection.ensure_connection()
    with connection.cursor() as cursor:
        if os.environ.get(OWN_SERVER) and "BENCH_POSTGRES_URL" not in os.environ:
            for name in SAFE:
                cursor.execute(f"ALTER SYSTEM SET {name} = on")
            cursor.execute("SELECT pg_reload_conf()")
            time.sleep(1)
        for name in SAFE:
            cursor.execute(f"SHOW {name}")
            if cursor.fetchone()[0] != "on":
                raise SystemExit(f"the bench's PostgreSQL has {name} off: the ratio would be void")


def _measure(scale: str, connection) -> list[Figure]:
    from portal.audit import sequencer

    _bare_table(connection)
    best = {"floor": float("inf"), "append": float("inf")}
    for number in range(ROUNDS[scale] + 1):  # in turns, so that both meet the same noise
        took = {"floor": _floor(connection, EACH[scale], number)}
        took["append"] = _append(EACH[scale])
        if number:  # the first round warms up
            best = {name: min(best[name], took[name]) for name in best}
    began = time.perf_counter()
    numbered = sequencer.sequence()
    rate = numbered / (time.perf_counter() - began)
    each = {name: seconds / EACH[scale] * 1e6 for name, seconds in best.items()}
    note = f"{each['append']:.0f} µs against {each['floor']:.0f} µs, best of {ROUNDS[scale]} rounds"
    name = connection.vendor
    return [
        Figure(
            f"Append an event, {name}", best["append"] / best["floor"], "×", MOST[name], note=note
        ),
        Figure(f"Number and sign, {name}", round(rate), "events/s"),
    ]


def _bare_table(connection) -> None:
    """The columns and indexes of audit_event without trigger, chain or queue."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_event")
        if connection.vendor == "postgresql":
            cursor.execute("CREATE TABLE bench_event (LIKE audit_event INCLUDING ALL)")
            return
        cursor.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'audit_event' "
            "AND type IN ('table', 'index') AND sql IS NOT NULL ORDER BY type DESC"
        )
        for (sql,) in cursor.fetchall():
            cursor.execute(sql.replace("audit_event", "bench_event"))


def _row(text: str, sequence: int) -> list:
    from django.utils import timezone

    return [
        "case:1",
        sequence,
        "case.replied",
        "system:bench",
        timezone.now(),
        text,
        *["0" * 64] * 2,
    ]


def _floor(connection, count: int, number: int) -> float:
    from django.db import transaction

    from portal.audit.models import Event

    last = Event.objects.order_by("-pk").first()
    text = last.text if last else "x" * 400
    marks = ", ".join(["%s"] * 8)
    sql = f"INSERT INTO bench_event ({COLUMNS}) VALUES ({marks})"  # noqa: S608
    began = time.perf_counter()
    for place in range(count):
        row = _row(text, number * count + place + 1)
        row[4] = connection.ops.adapt_datetimefield_value(row[4])
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, row)
    return time.perf_counter() - began


def _append(count: int) -> float:
    from django.db import transaction

    from portal import audit
    from portal.accounts.actor import Actor
    from portal.audit import sequencer

    sequencer._hinted = float("inf")  # no broker in the measure
    actor = Actor.system("bench")
    began = time.perf_counter()
    for place in range(count):
        with transaction.atomic():
            audit.record("case:1", "case.replied", actor=actor, after={"amount_minor": place})
    return time.perf_counter() - began
