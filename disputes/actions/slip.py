"""What settles a case about a slip that was not printed: paper from the shop, or the e-receipt."""

from django.db import transaction

from disputes.actions.step import allowed_step, follow, new_key, show, take
from portal.accounts.actor import Actor

SLIP_ISSUED = "slip_issued"  # the reason of closing


@transaction.atomic
def reprint(case, *, actor: Actor) -> None:
    """The merchant has printed the slip again and tells the customer: its first answer too."""
    row, role = take(case, actor, "reprint")
    step = allowed_step(row, actor, role, "reprint")
    follow(row, step, actor=actor, key=new_key())
    show(case, row)


@transaction.atomic
def accept_slip(case, *, actor: Actor) -> None:
    """The e-receipt is enough for the customer: the case closes itself. Said twice, once."""
    row, role = take(case, actor, "accept_slip")
    if not row.is_open and row.closing_reason == SLIP_ISSUED:
        show(case, row)
        return
    step = allowed_step(row, actor, role, "accept_slip")
    row.closing_reason = SLIP_ISSUED
    follow(row, step, actor=actor, key=new_key(), facts={"closing_reason": SLIP_ISSUED})
    show(case, row)
