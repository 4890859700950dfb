"""Approving and executing a refund, held against the same statements by raw SQL in the same
transactions (committed), the gateway's time apart.

The actions run on one copy of the data and are listened to; on another copy, made before, what
they said to the database is said again without them.
"""

import shutil
import time
import uuid
from pathlib import Path
from statistics import median

from bench.figures import Figure

REFUNDS = {"small": 30, "full": 400}


def run(scale: str) -> list[Figure]:
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    if connection.vendor != "sqlite":
        return []  # the copy of a database file stands for both; PostgreSQL has none to copy
    cases, supervisor, operations = _made(REFUNDS[scale])
    connection.close()
    name = connection.settings_dict["NAME"]
    shutil.copy(name, f"{name}.before")
    warm, rest = cases[:5], cases[5:]
    said: list[list] = []
    took = []
    for case in [*warm, *rest]:
        heard: list = []
        with connection.execute_wrapper(_listener(heard)):
            began = time.perf_counter()
            _let_go(case, supervisor, operations)
            took.append(time.perf_counter() - began)
        said.append(heard)
    connection.close()
    shutil.copy(f"{name}.before", name)
    for leftover in ("-wal", "-shm"):
        Path(f"{name}{leftover}").unlink(missing_ok=True)
    raw = [_again(heard) for heard in said]
    ours, floor = median(took[5:]), median(raw[5:])
    note = f"{ours * 1000:.1f} ms against {floor * 1000:.1f} ms, {len(said[-1])} statements"
    return [Figure("Approve and execute", ours / floor, "×", most=1.5, note=note)]


def _listener(heard: list):
    def listen(execute, sql, params, many, context):
        heard.append((sql, params))
        return execute(sql, params, many, context)

    return listen


def _again(heard: list) -> float:
    from django.db import connection

    connection.ensure_connection()
    cursor = connection.connection.cursor()
    began = time.perf_counter()
    cursor.execute("BEGIN IMMEDIATE")
    for sql, params in heard:
        if sql.startswith("BEGIN"):
            continue
        cursor.execute(sql.replace("%s", "?"), params or ())
        if sql.startswith("SELECT") or "RETURNING" in sql:
            cursor.fetchall()
    cursor.execute("COMMIT")
    return time.perf_counter() - began


def _let_go(case, supervisor, operations) -> None:
    from django.db import transaction
    from django.utils import timezone

    from disputes import actions

    with transaction.atomic():
        refund = actions.approve_refund(
            case, actor=supervisor, amount_minor=90_000, version=1, proved_at=timezone.now()
        )
        actions.note_executed(
            case, actor=operations, refund=refund.number, reference="112300012345"
        )


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
