from django.db import transaction
from django.utils.translation import gettext as _

from disputes import clocks, policy, words
from disputes.actions.step import allowed_step, follow, new_key, show, take
from disputes.errors import Invalid
from portal.accounts.actor import Actor
from portal.audit.trail import utc_text

LONGEST = 200


@transaction.atomic
def move_policy(case, *, actor: Actor, reason: str) -> None:
    """Let the policy in force count for a case that began under an older one. Nothing that has run
    or paused is lost: the same events are read under the new limits."""
    row, role = take(case, actor, "move_policy")
    step = allowed_step(row, actor, role, "move_policy")
    reason = words.one_line(reason, LONGEST)
    if not reason:
        raise Invalid("move_why", _("请写明为什么换规则。"))
    before = {"policy": row.policy.number, "due_at": utc_text(row.due_at) if row.due_at else ""}
    row.policy = policy.current_version()
    clocks.compute_again(row)
    follow(
        row,
        step,
        actor=actor,
        key=new_key(),
        before=before,
        facts={
            "policy": row.policy.number,
            "due_at": utc_text(row.due_at) if row.due_at else "",
        },
        reason=reason,
    )
    show(case, row)
