"""The cases of a payment, shown beside it on the pages of the floor below."""

from django.utils import timezone

from disputes.desk.rows import time_left, what_of
from disputes.models import Case
from portal.accounts.actor import Actor
from receipts.models import Payment
from receipts.panel import beside


def register() -> None:
    beside.register(cases_of)


def cases_of(payment: Payment, actor: Actor) -> beside.Block:
    now = timezone.now()
    cases = Case.objects.visible_to(actor).filter(payment=payment).order_by("-opened_at", "-pk")
    return beside.Block(
        "disputes/desk/beside_payment.html",
        {
            "cases": [(case, what_of(case), time_left(case, now)) for case in cases[:20]],
            "address": "merchant_cases:case" if actor.is_merchant else "desk:case",
        },
    )
