"""退款后重新交易: the payment that took the refunded one's place, and the end of the case by it."""

from __future__ import annotations

from datetime import timedelta

from disputes.models import Case, Refund
from receipts.models import Payment
from receipts.models.payment import Status

WITHIN = timedelta(days=30)
CAPTURED = (Status.SETTLED, Status.PARTLY_REFUNDED)
GONE = (
    Refund.State.APPROVED,
    Refund.State.SENT,
    Refund.State.UNKNOWN,
    Refund.State.EXECUTED,
    Refund.State.CONFIRMED,
)


def candidates(payment: Payment) -> list[Payment]:
    """Later payments of the same card or wallet at the same shop, within thirty days, that took no
    other one's place; the nearest first."""
    tail = (
        {"card_tail": payment.card_tail}
        if payment.card_tail
        else {"wallet_tail": payment.wallet_tail}
    )
    if not any(tail.values()):
        return []
    later = Payment.objects.filter(
        **tail,
        merchant=payment.merchant_id,
        occurred_at__gt=payment.occurred_at,
        occurred_at__lte=payment.occurred_at + WITHIN,
        redoes=None,
    )
    later = later.exclude(status__in=(Status.DECLINED, Status.VOIDED, Status.REFUNDED))
    return list(later.order_by("occurred_at")[:10])


def is_whole(case: Case) -> bool:
    """The refunded one is confirmed as gone back, and the new one as charged."""
    if case.redone_by is None or case.redone_by.status not in CAPTURED:
        return False
    states = set(case.refunds.filter(state__in=GONE, dispute=None).values_list("state", flat=True))
    return states == {Refund.State.CONFIRMED}
