"""Approving and executing a refund, held against the same statements by raw SQL in the same two
transactions, each committed: the supervisor's and that of operations. The gateway's time is apart.

The actions run on one copy of the data and are listened to; on another copy, made before, what
they said to the database is said again without them. The disk is waited for on both databases: on
PostgreSQL with fsync and synchronous_commit as they are in production (where the bench has no
server given, one is started here with both on), on SQLite as the actions themselves ask for it.
Telling the workers, after the commit, is left out on both sides.
"""

import os
import shutil
import time
import uuid
from pathlib import Path
from statistics import median

from bench.figures import Figure

REFUNDS = {"small": 60, "full": 400}
WARM = 10
BASE, COPY = "bench_refund", "bench_refund_before"


def run(scale: str) -> list[Figure]:
    from django.db import connection

    from bench import audit, databases, imports
    from portal.outbox import post

    post._away_until = float("inf")  # as while the broker is away: no worker is told
    if connection.vendor == "postgresql":
        audit.insist_on_fsync(connection)
        given = connection.settings_dict["NAME"]
        databases.use(new=BASE)
        try:
            return [_measure("PostgreSQL", scale, _copy_database, _on_the_copy)]
        finally:
            _use_database(given)
            with connection.cursor() as cursor:
                for name in (BASE, COPY):
                    cursor.execute(f"DROP DATABASE IF EXISTS {name}")
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    figure = _measure("SQLite", scale, _copy_file, _back_to_the_copy)
    os.environ.setdefault(audit.OWN_SERVER, "1")
    return [figure, *imports._on_postgres(scale, "refund")]


def _measure(name: str, scale: str, copy, back) -> Figure:
    cases, supervisor, operations = _made(REFUNDS[scale])
    copy()
    said: list[list[list]] = []
    took = []
    for case in cases:
        heard: list[list] = []
        took.append(_let_go(case, supervisor, operations, heard))
        said.append(heard)
    back()
    raw = [_again(heard) for heard in said]
    ours, floor = median(took[WARM:]), median(raw[WARM:])
    statements = sum(map(len, said[-1]))
    note = f"{ours * 1000:.1f} ms against {floor * 1000:.1f} ms, {statements} statements"
    return Figure(f"{name}: approve and execute", ours / floor, "×", most=1.5, note=note)


def _copy_file() -> None:
    from django.db import connection

    connection.close()
    name = connection.settings_dict["NAME"]
    shutil.copy(name, f"{name}.before")


def _back_to_the_copy() -> None:
    from django.db import connection

    connection.close()
    name = connection.settings_dict["NAME"]
    shutil.copy(f"{name}.before", name)
    for leftover in ("-wal", "-shm"):
        Path(f"{name}{leftover}").unlink(missing_ok=True)


def _copy_database() -> None:
    """Sequences are copied too: what is said again gets the same numbers."""
    from django.db import connection

    _use_database("postgres")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {COPY} TEMPLATE {BASE}")
    _use_database(BASE)


def _on_the_copy() -> None:
    _use_database(COPY)


def _use_database(name: str) -> None:
    from django.db import connection

    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's own
    connection.settings_dict["NAME"] = name


def _let_go(case, supervisor, operations, heard: list[list]) -> float:
    """Seconds of both; what each transaction said goes into `heard`."""
    from django.utils import timezone

    from disputes import actions

    took, approved = _timed(
        lambda: actions.approve_refund(
            case, actor=supervisor, amount_minor=90_000, version=1, proved_at=timezone.now()
        ),
        heard,
    )
    more, _executed = _timed(
        lambda: actions.note_executed(
            case, actor=operations, refund=approved.number, reference="112300012345"
        ),
        heard,
    )
    return took + more


def _timed(act, heard: list[list]):
    from django.db import connection

    said: list = []
    heard.append(said)

    def listen(execute, sql, params, many, context):
        said.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        began = time.perf_counter()
        result = act()
        return time.perf_counter() - began, result


def _again(heard: list[list]) -> float:
    from django.db import connection

    connection.ensure_connection()
    cursor = connection.connection.cursor()
    lite = connection.vendor == "sqlite"
    # Each as its driver takes it, before the clock runs.
    ready = [
        [
            (sql.replace("%s", "?") if lite else str(sql), params or ())
            for sql, params in said
            if not sql.startswith("BEGIN")
        ]
        for said in heard
    ]
    began = time.perf_counter()
    for said in ready:
        before, within, after = _around(said)
        _say(cursor, [*before, ("BEGIN IMMEDIATE" if lite else "BEGIN", ()), *within])
        _say(cursor, [("COMMIT", ()), *after])
    return time.perf_counter() - began


def _around(said: list[tuple]) -> tuple[list, list, list]:
    """On SQLite how a commit waits for the disk is said outside the transaction."""
    outside = [each for each in said if each[0].startswith("PRAGMA")]
    return outside[:1], [each for each in said if each not in outside], outside[1:]


def _say(cursor, statements: list[tuple]) -> None:
    for sql, params in statements:
        cursor.execute(sql, params)
        if cursor.description:
            cursor.fetchall()


def _made(many: int):
    """So many proposals that wait, and the two who will let them go."""
    from django.utils import timezone

    from disputes import actions
    from portal.accounts.actor import Actor
    from portal.accounts.models import Membership, Organisation, User
    from receipts.models import Merchant, Payment

    house = Organisation.objects.create(kind="institution", name="江岸支付")
    actors = {}
    for role in ("support", "supervisor", "operations"):
        user = User.objects.create_user(role, f"{role}@example.org", "x", name=role)
        actors[role] = Actor.member(
            Membership.objects.create(user=user, organisation=house, role=role)
        )
    shop = Merchant.objects.create(name="小雨文具店", merchant_no="898521058120001")
    cases = []
    for number in range(many):
        payment = Payment.objects.create(
            merchant=shop, status="settled", amount_minor=100_000, card_tail="7712",
            occurred_at=timezone.now(), local_date=timezone.localdate(), rrn=f"{number:012}",
        )  # fmt: skip
        case = actions.open_case(
            kind="refund_request", payment=payment, body="退款", contact_kind="email",
            contact=f"guest{number}@example.org", language="zh-hans",
            submission_key=uuid.uuid4(), actor=Actor.consumer("browser:1"),
        ).case  # fmt: skip
        actions.propose_refund(
            case, actor=actors["support"], amount_minor=90_000, reason="退款",
            submission_key=uuid.uuid4(),
        )  # fmt: skip
        cases.append(case)
    return cases, actors["supervisor"], actors["operations"]
