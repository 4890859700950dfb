"""What a draft is about: the payment it names, or what was remembered of one."""

from datetime import datetime

from django.http import Http404

from disputes.actions import Claimed
from disputes.models import Draft
from receipts.guest.payment import shop_name
from receipts.models import Payment


def payment_of(draft: Draft) -> Payment | None:
    """The payment that this browser was entitled to see when the draft began."""
    identity = draft.answers.get("payment")
    if not identity:
        return None
    return Payment.objects.select_related("merchant__organisation").filter(pk=identity).first()


def payment_to_refund(draft: Draft) -> Payment:
    """For the questions that are only asked about a payment that was found."""
    payment = payment_of(draft)
    if payment is None:
        raise Http404
    return payment


def shown(draft: Draft) -> dict:
    """What the line under a question's way back needs."""
    payment = payment_of(draft)
    return {"payment": payment, "shop": shop_name(payment) if payment else ""}


def claimed_of(draft: Draft) -> Claimed | None:
    said = draft.answers.get("claimed")
    if not said or draft.answers.get("payment"):
        return None
    return Claimed(
        tail=said["tail"],
        minor=said["minor"],
        at=datetime.fromisoformat(said["at"]) if said["at"] else None,
        merchant=said["merchant"],
    )
