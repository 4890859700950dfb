from django.db import transaction

from disputes import policy
from disputes.actions.step import allowed_step, follow, new_key, show, take
from portal.accounts.actor import Actor


@transaction.atomic
def withdraw(case, *, actor: Actor) -> None:
    """The customer takes the request back; within 30 days it can be taken up again."""
    row, role = take(case, actor, "withdraw")
    if row.status in policy.ends_as(row.kind, "withdraw"):
        show(case, row)
        return
    step = allowed_step(row, actor, role, "withdraw")
    row.closing_reason = "withdrawn"
    follow(row, step, actor=actor, key=new_key())
    show(case, row)
