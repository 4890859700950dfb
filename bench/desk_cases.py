"""Cases by the thousand and by the million, for the bench of the desk."""

import random
import uuid
from datetime import timedelta
from itertools import batched

SHOPS = 200
DISHES = ["鲈鱼", "鳜鱼", "排骨", "豆腐", "米线", "火锅", "烤肉", "青菜", "凉面", "抄手"]


def make(number: int, open_ones: int) -> None:
    """`number` cases more, of which `open_ones` are open, each with a message and its words."""
    from django.db import transaction
    from django.utils import timezone

    from disputes import policy, wording
    from disputes.models import Case, Message
    from portal.words import index
    from receipts.models import Merchant

    rng, now = random.Random(number), timezone.now()
    shops = list(Merchant.objects.order_by("pk")) or _shops()
    version, start = policy.current_version(), Case.objects.count()
    step = max(1, number // max(1, open_ones))
    for some in batched(range(number), 5_000, strict=False):
        with transaction.atomic():
            cases = [_case(start + n, n % step == 0, shops, version, now, rng) for n in some]
            cases = Case.objects.bulk_create(cases)
            said = {
                case.pk: f"{rng.choice(DISHES)}一直没上，请退第 {case.number[-4:]} 桌"
                for case in cases
            }
            Message.objects.bulk_create(
                Message(
                    case=case,
                    author_kind="consumer",
                    audience="all",
                    body=said[case.pk],
                    submission_key=uuid.uuid4(),
                    created_at=case.opened_at,
                )
                for case in cases
            )
            named = {shop.pk: shop.name for shop in shops}
            things = (
                (case.pk, [(said[case.pk], 1), (named[case.merchant_id], 1)]) for case in cases
            )
            index.write(wording.SHARED, things, are_new=True)
    _analyse()


def multiply(number: int, times: int) -> None:
    """The newest `number` cases `times` again, with messages and words: by the database itself, in
    minutes where `make` takes hours."""
    from django.db import connection, transaction
    from django.db.models import Max, UUIDField

    from disputes.models import Case, Message
    from portal.words.models import Gram

    highest = Case.objects.aggregate(most=Max("pk"))["most"]
    if connection.vendor == "postgresql":
        key = "gen_random_uuid()"
        said = "lpad(({n} / 9999 + 2001)::text, 4, '0') || '-' || lpad(({n} % 9999)::text, 4, '0')"
    else:
        key = "lower(hex(randomblob(16)))"
        said = "printf('%04d-%04d', {n} / 9999 + 2001, {n} % 9999)"
    for turn in range(1, times + 1):
        by = turn * number
        new = {
            Case: {"id": f"id + {by}", "number": said.format(n=f"(id + {by})")},
            Message: {"case_id": f"case_id + {by}"},
            Gram: {"ref": f"ref + {by}"},
        }
        with transaction.atomic(), connection.cursor() as cursor:
            for model, values in new.items():
                fields = [f for f in model._meta.concrete_fields if f.column and not f.generated]
                values |= {str(f.column): key for f in fields if isinstance(f, UUIDField)}
                names = [str(f.column) for f in fields if not f.primary_key or f.column in values]
                taken = ", ".join(values.get(name, f'"{name}"') for name in names)
                where = {Case: "id", Message: "case_id", Gram: "ref"}[model]
                cursor.execute(  # of our own names and numbers
                    f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) SELECT {taken}"  # noqa: S608
                    f" FROM {model._meta.db_table}"
                    f" WHERE {where} > {highest - number} AND {where} <= {highest}"
                )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence('disputes_case', 'id'),"
                " (SELECT max(id) FROM disputes_case))"
            )
    _analyse()


def _analyse() -> None:
    from django.db import connection

    from portal.sqlite3 import planner

    if connection.vendor == "sqlite":
        planner.learn(connection)
        return
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _shops():
    from receipts.models import Merchant

    return Merchant.objects.bulk_create(
        Merchant(merchant_no=f"8981000573{n:05}", name=f"样品商户{n}号店", city="重庆")
        for n in range(SHOPS)
    )


def _case(n: int, is_open: bool, shops, version, now, rng):
    from disputes.models import Case

    opened = now - timedelta(minutes=rng.randrange(60, 40_000))
    return Case(
        number=f"{2001 + n // 9_999 % 8000:04}-{n % 9_999:04}"[:12],
        kind=rng.choice(["no_slip", "refund_request", "disputed_charge", "service_complaint"]),
        stage=rng.choice(["merchant", "institution"]),
        status=rng.choice(["new", "working"]) if is_open else "resolved",
        policy=version,
        merchant=rng.choice(shops),
        contact_kind="email",
        contact=f"guest{n}@example.org",
        contact_hash=f"{n:064x}",
        opened_at=opened,
        closed_at=None if is_open else opened + timedelta(hours=3),
        due_at=now + timedelta(minutes=rng.randrange(-300, 20_000)) if is_open else None,
        due_clock="institution_answer" if is_open else "",
        last_word="“一直没上，请退”",
        submission_key=uuid.uuid4(),
    )
