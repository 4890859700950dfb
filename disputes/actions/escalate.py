from django.db import transaction
from django.utils.translation import gettext as _

from disputes import clocks, policy
from disputes.actions.step import allowed_step, follow, new_key, show, take
from disputes.errors import Invalid, WrongState
from portal.accounts.actor import Actor

WISH, TIME, NOBODY = "wish", "time", "nobody"
BY_ITSELF = {TIME, NOBODY}


@transaction.atomic
def escalate(case, *, actor: Actor, reason: str = WISH) -> None:
    """The institution takes over from the merchant: by wish of the customer or of the
    institution itself; by the system, once a clock of the merchant has run out (time) or nobody
    there can answer any more (nobody).
    Where the institution has it already, nothing happens.
    """
    row, role = take(case, actor, "escalate")
    if reason not in {WISH, *BY_ITSELF} or (reason in BY_ITSELF) != (actor.kind == "system"):
        raise Invalid("reason", _("请选择转到机构的原因。"))
    if row.is_open and policy.is_escalated(row):
        show(case, row)
        return
    step = allowed_step(row, actor, role, "escalate")
    if reason == TIME and not clocks.missed(row, policy.ESCALATING):
        raise WrongState(_("商户的时限还没有到。"))
    if reason == NOBODY and not step.given:
        raise WrongState(_("商户还有人能答复。"))
    follow(row, step, actor=actor, key=new_key(), reason=reason)
    show(case, row)
