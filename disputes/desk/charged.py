"""What is known of a case's payment beside what it says itself: what was taken back of it, its
slips that were handed out, and whether it may be one that was charged twice.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import BigIntegerField, CharField, DateTimeField, QuerySet

from portal.accounts.actor import Actor
from portal.compiled import Compiled, CompiledFor, Later
from receipts.models import Merchant, Payment, Reversal, SlipIssue
from receipts.models.payment import Status

APART = timedelta(minutes=30)  # two payments alike within these may be one that was charged twice
MOST = 5

PAYMENT = Later("payment", Payment._meta.pk)
_reversals = Compiled(
    lambda: Reversal.objects.filter(payment=PAYMENT).order_by("occurred_at", "pk")
)
_issues = Compiled(lambda: SlipIssue.objects.filter(payment=PAYMENT).order_by("-number"))


def reversals(payment: Payment) -> list[Reversal]:
    return list(_reversals.queryset(payment=payment.pk))


def issues(payment: Payment) -> list[SlipIssue]:
    """The newest first."""
    return list(_issues.queryset(payment=payment.pk))


def alike(payment: Payment, actor: Actor) -> list[Payment]:
    """Payments with the same tail, amount and merchant, minutes apart; the index of look-ups has
    them. A declined one took no money."""
    given = {
        "payment": payment.pk,
        "amount": payment.amount_minor,
        "merchant": payment.merchant_id,
        "since": payment.occurred_at - APART,
        "until": payment.occurred_at + APART,
    }
    column = "card_tail" if payment.card_tail else "wallet_tail"
    tail = getattr(payment, column)
    if not tail:
        return []
    if actor.is_institution:  # whose people see what their role alone decides
        compiled = _alike((column, actor.role), actor, column)
    else:
        compiled = Compiled(lambda: _query(actor, column))
    return list(compiled.queryset(tail=tail, **given))


def _query(actor: Actor, column: str) -> QuerySet:
    return (
        Payment.objects.visible_to(actor)
        .filter(
            **{column: Later("tail", CharField())},
            amount_minor=Later("amount", BigIntegerField()),
            merchant=Later("merchant", Merchant._meta.pk),
            occurred_at__gte=Later("since", DateTimeField()),
            occurred_at__lte=Later("until", DateTimeField()),
        )
        .exclude(pk=PAYMENT)
        .exclude(status=Status.DECLINED)
        .order_by("occurred_at")[:MOST]
    )


_alike = CompiledFor(_query)
