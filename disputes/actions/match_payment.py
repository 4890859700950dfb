from django.db import transaction

from disputes import policy, wording
from disputes.actions.step import allowed_step, follow, show, take
from portal.accounts.actor import Actor
from receipts import slip_evidence
from receipts.models import Payment


@transaction.atomic
def match_payment(case, *, payment: Payment, actor: Actor) -> None:
    """The payment that a case was opened without has come: the case gets it and ends, and the
    customer hears of it. Where it has one already, nothing happens.
    """
    row, role = take(case, actor, "match_payment")
    if row.payment_id is not None:
        show(case, row)
        return
    step = allowed_step(row, actor, role, "match_payment")
    row.payment, row.merchant = payment, payment.merchant
    row.closing_reason, row.looks_again = policy.of(row).matched, False
    follow(
        row,
        step,
        actor=actor,
        key=payment.pk.hex,
        facts={
            "payment": str(payment.pk),
            "merchant_no": payment.merchant.merchant_no,
            "closing_reason": row.closing_reason,
        },
    )
    wording.note_case(row)
    if policy.of(row).says_no_slip:
        slip_evidence.record(payment, printed="no", known_from="complaint", actor=actor)
    show(case, row)
