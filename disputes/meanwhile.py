"""Saying kindly why something is no longer possible: what happened to the case meanwhile."""

from django.utils.translation import gettext as _

from disputes import policy
from disputes.models import Message
from disputes.models.message import Audience, Author
from disputes.policy.table import CONSUMER
from portal.accounts.actor import Actor
from portal.moments import clock


def explain(row, role: str, verb: str, actor: Actor) -> str:
    if row.merged_into_id is not None:
        number = row.merged_into.number
        return _("这件事已并入案件 %(number)s，一并办理。请在那件里说。") % {"number": number}
    if not row.is_open:
        return _closed(row, role, actor)
    if verb == "continue_case":
        return _("这件事还在处理，直接补充说明就可以。")
    if policy.is_escalated(row):
        return _("这件事已转给支付机构，由支付机构办理；您仍可以回复。")
    return _("案件的状态刚刚变了，请刷新后再看。")


def _closed(row, role: str, actor: Actor) -> str:
    until = policy.continue_until(row)
    values = {
        "when": clock(row.closed_at),
        "until": clock(until) if until else "",
        "who": _who_closed(row, actor),
    }
    if row.status in policy.ends_as(row.kind, "withdraw"):
        text = _("这件事已在 %(when)s 撤回。") % values
    else:
        text = _("这件事已在 %(when)s 由%(who)s办结。") % values
    if role != CONSUMER:
        return text
    if policy.find_step(row, role, "continue_case"):
        return text + _("还没解决？%(until)s 前可以要求继续处理。") % values
    return text + _("继续处理的期限已过，可以重新提出一件。")


def _who_closed(row, actor: Actor) -> str:
    """A colleague's name; of the other parties only which one it was."""
    ends = {policy.event_of(row.kind, verb) for verb in ("resolve", "reject")}
    last = (
        Message.objects.filter(case=row, event__in=ends, audience=Audience.ALL)
        .select_related("author")
        .last()
    )
    if last is None:
        return _("支付机构")
    if last.author and actor.organisation and last.organisation_id == actor.organisation.pk:
        return last.author.name
    return (
        str(Author(last.author_kind).label)
        if last.author_kind == Author.MERCHANT
        else _("支付机构")
    )


def already_used() -> str:
    return _("这份内容已经发送过。请刷新页面再写。")


def no_such_audience() -> str:
    return _("请选择这段话给谁看。")
