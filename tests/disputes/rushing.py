"""Many at one payment's money at the same moment, by the book's door and past it."""

import random
import uuid

from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from disputes import money_back
from disputes.errors import Refused
from disputes.models import Case, MoneyBack
from receipts.models import Payment
from tests.tools import together

KINDS = ("refund", "refund", "refund", "chargeback", "adjustment")
PAST_THE_DOOR = """
    INSERT INTO disputes_moneyback (key, case_id, payment_id, kind, amount_minor, state, in_files,
                                    reserved_at, changed_at)
    SELECT %s, id, payment_id, %s, %s, 'reserved', %s, opened_at, opened_at
    FROM disputes_case WHERE id = %s
"""


def counted(payment: Payment) -> int:
    """In fen: all that goes back of it, by the book's rows and the files' word."""
    entries = MoneyBack.objects.filter(payment=payment, in_files=False)
    taken = entries.exclude(state="released").aggregate(sum=Sum("amount_minor"))["sum"] or 0
    return taken + Payment.objects.get(pk=payment.pk).refunded_minor


def one(case: Case, seed: int):
    """Somebody who reserves, and then sends, confirms or lets go; what became of it."""
    chance = random.Random(seed)
    kind, amount = chance.choice(KINDS), chance.choice((1, 100, 9_999, 20_000, 38_650))
    key = uuid.uuid4().hex
    try:
        if chance.random() < 0.3:
            with connection.cursor() as cursor:
                cursor.execute(PAST_THE_DOOR, [key, kind, amount, False, case.pk])
        else:
            with transaction.atomic():
                money_back.reserve(case, kind, amount, key=key)
        for step in chance.choice(((), ("release",), ("hand_over",), ("hand_over", "confirm"))):
            with transaction.atomic():
                getattr(money_back, step)(key)
    except (Refused, IntegrityError) as refused:
        return type(refused).__name__
    return kind


def rush(case: Case, *, many: int, rounds: int, seed: int = 1) -> list[str]:
    """So often so many at once, each time on money that nobody has touched; what became of each.
    Fails at the first fen too much, and where anybody got another answer than yes or no."""
    became: list[str] = []
    for number in range(rounds):
        fresh = _untouched(case)
        seeds = [seed + number * many + each for each in range(many)]
        results = together(*[lambda s=s, c=fresh: one(c, s) for s in seeds])
        assert all(isinstance(each, str) for each in results), results
        assert counted(fresh.payment) <= fresh.payment.amount_minor, (seed, number)
        kinds = set(
            MoneyBack.objects.filter(payment=fresh.payment)
            .exclude(state="released")
            .values_list("kind", flat=True)
        )
        assert "adjustment" not in kinds or kinds == {"adjustment"}, (seed, number)
        became += results
    return became


def _untouched(case: Case) -> Case:
    """A case like it about a payment like its own."""
    payment = Payment.objects.get(pk=case.payment_id)
    payment.pk, payment.voucher_no, payment.rrn = uuid.uuid4(), "", ""
    payment.save(force_insert=True)
    values = {f.attname: getattr(case, f.attname) for f in Case._meta.concrete_fields}
    values |= {"id": None, "public_id": uuid.uuid4(), "submission_key": uuid.uuid4()}
    values |= {"number": uuid.uuid4().hex[:12], "payment_id": payment.pk}
    return Case.objects.create(**values)
