"""The customer paid anew: the new payment is linked to the refunded one, and once files have
confirmed both the case ends by itself."""

from django.db import transaction
from django.utils.translation import gettext as _

from disputes import redoing
from disputes.actions.step import allowed_step, follow, new_key, show, take
from disputes.errors import Invalid, WrongState
from portal.accounts.actor import Actor
from receipts.models import Payment

REDONE = "redone"  # the reason of closing


@transaction.atomic
def link_redo(case, *, actor: Actor, payment: Payment | None) -> None:
    """`payment`, one of `redoing.candidates`, took the refunded one's place.
    Raises Invalid("redo")."""
    row, role = take(case, actor, "link_redo")
    step = allowed_step(row, actor, role, "link_redo")
    original = Payment.objects.select_for_update(of=("self",), no_key=True).get(pk=row.payment_id)
    if payment is None or payment not in redoing.candidates(original):
        raise Invalid("redo", _("请选择同一张卡在同一家店、之后的一笔消费。"))
    row.redone_by = payment
    follow(
        row,
        step,
        actor=actor,
        key=new_key(),
        facts={"redone_by": str(payment.pk)},
        detail=payment.occurred_at.isoformat(),
    )
    if row.is_open and redoing.is_whole(row):
        finish_redo(row, actor=Actor.system("refunds"))
    show(case, row)


@transaction.atomic
def finish_redo(case, *, actor: Actor) -> None:
    """Both are confirmed: only the new one stays charged, and the case ends."""
    row, role = take(case, actor, "finish_redo")
    step = allowed_step(row, actor, role, "finish_redo")
    if not redoing.is_whole(row):
        raise WrongState(_("两笔还没有都确认。"))
    row.closing_reason = REDONE
    follow(
        row,
        step,
        actor=actor,
        key=new_key(),
        facts={"closing_reason": REDONE, "redone_by": str(row.redone_by_id)},
        detail=row.redone_by.occurred_at.isoformat() if row.redone_by else "",
    )
    show(case, row)
