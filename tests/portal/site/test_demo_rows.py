"""`demo --rows N`: payments to measure with, told apart, on tables left as they were."""

import json
import random
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F, Q, Sum

from portal.audit.models import Event
from portal.site import demo
from portal.site.demo.many import Many, Pools, Till
from receipts.models import ImportFile, Payment, PaymentHistory, Reversal

ROWS = 3_000


@pytest.fixture
def made(db):
    return demo.make_rows(ROWS)


def schema() -> list:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'receipts_%' UNION ALL "
                "SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE conrelid::regclass::text LIKE 'receipts_%' ORDER BY 1"
            )
        else:
            cursor.execute("SELECT sql FROM sqlite_master WHERE tbl_name LIKE 'receipts_%'")
        return cursor.fetchall()


def test_it_makes_just_so_many_and_leaves_the_tables_as_they_were(db):
    before = schema()
    out = StringIO()
    call_command("demo", rows=ROWS, stdout=out, stderr=StringIO())
    assert str(ROWS) in out.getvalue()
    assert Payment.objects.count() == ROWS
    assert schema() == before


def test_they_are_marked(made):
    file = ImportFile.objects.get()
    assert file.created == ROWS
    assert not Payment.objects.exclude(source="sample", import_file=file).exists()
    assert json.loads(Event.objects.get(type="demo.rows_made").text)["after"]["rows"] == ROWS


def test_they_are_as_payments_are(made):
    shares = {
        row["status"]: row["n"] / ROWS
        for row in Payment.objects.values("status").annotate(n=Count("id"))
    }
    assert shares["settled"] > 0.93
    assert set(shares) == {"settled", "declined", "voided", "refunded", "partly_refunded"}
    assert 0.005 < Payment.objects.filter(slip_printed="no").count() / ROWS < 0.03
    # Prices are on a list: a few amounts are paid very often; and at night there is little custom.
    common = Payment.objects.values("amount_minor").annotate(n=Count("id")).order_by("-n")
    assert common[0]["n"] > 40
    assert common.count() > 300
    asleep = Payment.objects.filter(occurred_at__hour__in=[2, 3, 4]).count()
    assert asleep < ROWS / 50
    # Few shops have most of the custom; some customers are charged twice within minutes.
    busiest = list(Payment.objects.values("merchant").annotate(n=Count("id")).order_by("-n")[:8])
    assert sum(row["n"] for row in busiest) > ROWS * 0.3
    twice = Payment.objects.values("terminal", "card_tail", "amount_minor", "local_date")
    assert twice.annotate(n=Count("id")).filter(n__gt=1).exists()


def test_what_went_back_hangs_on_its_payment(made):
    back = Payment.objects.filter(~Q(status__in=["settled", "declined"]))
    assert Reversal.objects.count() == PaymentHistory.objects.count() == back.count() > 20
    refunds = Reversal.objects.filter(kind="refund").aggregate(sum=Sum("amount_minor"))["sum"]
    assert refunds == Payment.objects.aggregate(sum=Sum("refunded_minor"))["sum"]
    whole = Payment.objects.filter(status="refunded")
    assert whole.count() == whole.filter(refunded_minor=F("amount_minor")).count()


def test_a_seed_makes_the_same_payments_twice():
    def payments(seed):
        rng = random.Random(seed)
        pools = Pools(rng)
        amounts, seconds = pools.amounts["noodles"], pools.seconds["noodles"]
        till = Till("1", "1", amounts, seconds, cards=0.5, batch=1, voucher=1)
        many = Many([till], [1.0], rng, import_file_id=1, now="2026-11-23 00:00:00")
        return [row for day in many.days(date(2026, 11, 23), 3, 300) for row in day.payments]

    assert payments(1) == payments(1) != payments(2)
    assert len({row[0] for row in payments(1)}) == 300


def test_it_refuses_payments_that_it_did_not_make(make_payment):
    make_payment()
    with pytest.raises(CommandError):
        call_command("demo", rows=ROWS)
    assert Payment.objects.count() == 1


def test_it_refuses_a_second_time(made):
    with pytest.raises(CommandError):
        call_command("demo", rows=ROWS)
    with pytest.raises(CommandError):
        call_command("demo")
    assert Payment.objects.count() == ROWS


def test_it_goes_beside_the_sample_month(db):
    demo.make(payments=300)
    before = Payment.objects.count()
    demo.make_rows(500)
    assert Payment.objects.count() == before + 500
