from django.db import transaction
from django.utils.translation import gettext as _

from disputes import clocks, policy
from disputes.actions.step import allowed_step, follow, new_key, show, take
from disputes.errors import Invalid, WrongState
from portal.accounts.actor import Actor

WISH, TIME = "wish", "time"


@transaction.atomic
def escalate(case, *, actor: Actor, reason: str = WISH) -> None:
    """The institution takes over from the merchant: by wish of the customer or of the
    institution itself, or by time (the system, and only once a clock of the merchant has run out).
    Where the institution has it already, nothing happens.
    """
    row, role = take(case, actor, "escalate")
    if reason not in {WISH, TIME} or (reason == TIME) != (actor.kind == "system"):
        raise Invalid("reason", _("请选择转到机构的原因。"))
    if row.is_open and policy.is_escalated(row):
        show(case, row)
        return
    step = allowed_step(row, actor, role, "escalate")
    if reason == TIME and not clocks.missed(row, policy.ESCALATING):
        raise WrongState(_("商户的时限还没有到。"))
    follow(row, step, actor=actor, key=new_key(), reason=reason)
    show(case, row)
