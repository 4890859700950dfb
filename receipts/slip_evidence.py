"""What is known about whether a slip came out, and from where."""

from portal import audit
from portal.accounts.actor import Actor
from receipts.models.payment import Payment, SlipCause, SlipPrinted


def record(
    payment: Payment, *, printed: str, known_from: str, actor: Actor, cause: str = ""
) -> bool:
    """Note a statement about the slip of `payment` where nothing was known; True if it was new.

    What a terminal or file said is worth more than what somebody remembers: it stays. In the
    caller's transaction. `printed`: a SlipPrinted; `known_from`: file, feed or complaint.
    """
    printed, cause = SlipPrinted(printed), cause and SlipCause(cause)
    row = Payment.objects.select_for_update().get(pk=payment.pk)
    if row.slip_printed != SlipPrinted.UNKNOWN:
        return False
    row.slip_printed, row.slip_cause, row.slip_known_from = printed, cause, known_from
    # No new revision: the payment's state is what it was, so its slip is the same issue.
    row.save(update_fields=["slip_printed", "slip_cause", "slip_known_from", "updated_at"])
    audit.record(
        f"payment:{row.pk}",
        "payment.slip_evidence",
        actor=actor,
        before={"slip_printed": SlipPrinted.UNKNOWN.value},
        after={"slip_printed": printed.value, "cause": str(cause), "known_from": known_from},
    )
    for field in ("slip_printed", "slip_cause", "slip_known_from"):
        setattr(payment, field, getattr(row, field))
    return True
