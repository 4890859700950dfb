from django.db import transaction
from django.utils.translation import gettext as _

from disputes import case_links, words
from disputes.actions.step import allowed_step, follow, new_key, show, take
from disputes.errors import Invalid
from portal.accounts.actor import Actor
from portal.gate import links, passes

LONGEST = 200


@transaction.atomic
def end_links(case, *, actor: Actor, reason: str = "", keep: str = "") -> int:
    """Let no link that was sent before, and no browser that came by one, see the case any more; how
    many links ended. `keep` is the browser (its hash) of a customer who asks for it. Staff say why,
    for they do it for somebody else. A new link is had by the case's number and a code.
    """
    row, role = take(case, actor, "end_links")
    step = allowed_step(row, actor, role, "end_links")
    reason = words.one_line(reason, LONGEST)
    if not reason and actor.is_institution:
        raise Invalid("links_why", _("请写明为什么作废。"))
    ended = links.revoke(case_links.PURPOSE, row.number)
    browsers = passes.end(case_links.PURPOSE, row.number, keep=keep)
    follow(
        row,
        step,
        actor=actor,
        key=new_key(),
        facts={"links": ended, "browsers": browsers},
        reason=reason,
    )
    show(case, row)
    return ended
