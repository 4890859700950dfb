"""What an issued slip says, for machines."""

from receipts.models import Payment


def shown(payment: Payment) -> dict:
    """What `/verify/` shows of an issue: nothing that its paper does not say. Kept with the issue,
    since the payment goes on changing and the paper does not."""
    tail = payment.order_no[-4:] if payment.is_by_code else ""
    return {
        "merchant": payment.merchant.name,
        "merchant_en": payment.merchant.name_en,
        "merchant_no": payment.merchant.merchant_no,
        "kind": payment.kind,
        "status": payment.status,
        "amount_minor": payment.amount_minor,
        "refunded_minor": payment.refunded_minor,
        "currency": payment.currency,
        "occurred_at": payment.occurred_at.isoformat(),
        "tail": tail or payment.card_tail,
        "by_code": payment.is_by_code,
    }
