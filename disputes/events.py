"""The lines that the conversation itself says: one text per step (`Message.event`)."""

from collections.abc import Callable
from datetime import date, datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from disputes import deadline
from disputes.models.upward import Route
from disputes.policy.limits import Limit
from portal import moments, money

LINES = {
    "received_by_merchant": _("已收到，转给商户答复。"),
    "received_by_institution": _("已收到，由%(institution)s处理。"),
    "escalated_by_consumer": _("客户请%(institution)s处理，商户的时限停止。"),
    "escalated_by_institution": _("%(institution)s接手处理。"),
    "escalated_by_time": _("商户没有按时处理，已自动转给%(institution)s。"),
    "escalated_for_nobody": _("商户现在没有人能答复，已转给%(institution)s。"),
    "withdrawn": _("客户撤回了申请。"),
    "refund_offered": _("商户提出退 %(detail)s。客户接受就办结，不接受就接着办。"),
    "offer_accepted": _("客户接受退 %(detail)s，这件事办结。"),
    "offer_declined": _("客户没有接受退 %(detail)s，商户接着办。"),
    "extended": _("%(institution)s需要更多时间，答复时限延到 %(detail)s"),
    "forwarded": _("人民银行转来了这件投诉，%(detail)s 收到。"),
    "taken_up": _("%(detail)s受理了这件事。"),
    "file_requested": _("%(detail)s调取了这件案件的材料。"),
    "decided_above": _("%(detail)s作出了处理决定，由%(institution)s执行。"),
    "gone_up": _("客户说已向%(detail)s反映。"),
    "policy_moved": _("时限按新的处理规则重新算过。"),
    "merged": _("并入案件 %(detail)s，一并办理。"),
    "took_in": _("案件 %(detail)s 并入这件，一并办理。"),
    "parted": _("和案件 %(detail)s 分开，各办各的。"),
    "refund_approved": _("同意退 %(detail)s，正在办理，钱只退回原来付款的卡或钱包。"),
    "refund_executed": _("已退 %(detail)s；没收到请在这里告诉我们。"),
    "refund_failed": _("退 %(detail)s 没有办成，钱没有动，会接着处理。"),
    "redo_linked": _("客户在 %(detail)s 重新付了一次；退掉的那笔退回以后，只有这一笔扣款。"),
    "redone": _("退款和重新付的都已确认，只有 %(detail)s 那一笔扣款，这件事办结。"),
    "refund_confirmed": _("退回的 %(detail)s 已经核对确认。"),
    "reprinted": _("商户补打了小票，可以来店里取。"),
    "slip_accepted": _("客户有电子小票就够了，这件事办结。谢谢。"),
    "network_opened": _("银联来了关于这笔消费的消息，由%(institution)s处理。"),
    "matched": _("这笔消费的数据到了，系统找到了它。现在可以看小票。"),
}
# What a person's message is besides its words.
HEADINGS = {
    "asked_consumer": _("需要补充"),
    "assigned": _("交接"),
    "refund_offered": _("提出退款"),
    "resolved": _("结果：已办结"),
    "rejected": _("结果：不予支持"),
    "continued": _("要求继续处理"),
}


def extended(due_at: datetime | None, limit: Limit, reason: str) -> str:
    """What the line about an extension keeps: told to each reader in their own language."""
    when = due_at.isoformat() if due_at else f"{limit.amount} {limit.unit}"
    return f"{when}\n{reason}"


def _extended(kept: str) -> str:
    when, _newline, reason = kept.partition("\n")
    try:
        told = deadline.by(datetime.fromisoformat(when))
    except ValueError:
        amount, unit = when.split()
        told = Limit(int(amount), unit).words
    return gettext("%(when)s。理由：%(reason)s") % {"when": told, "reason": reason}


def executed_detail(refund) -> str:
    """What the line about an executed refund keeps: how much, and the day it should be there."""
    return f"{money.text(refund.amount_minor, refund.currency)}\n{refund.due_on.isoformat()}"


def _executed(kept: str) -> str:
    amount, _newline, day = kept.partition("\n")
    told = {"amount": amount, "day": moments.calendar_day(date.fromisoformat(day))}
    return gettext("%(amount)s，应在 %(day)s前到账") % told


def _paid_anew(kept: str) -> str:
    """When the customer paid anew, as each reader says it; what was kept as words stays."""
    try:
        return moments.clock(datetime.fromisoformat(kept))
    except ValueError:
        return kept


# Of lines whose detail is no plain text: how it reads.
DETAILS: dict[str, Callable[[str], str]] = {
    "extended": _extended,
    "refund_executed": _executed,
    "redo_linked": _paid_anew,
    "redone": _paid_anew,
    "forwarded": lambda kept: moments.calendar_day(date.fromisoformat(kept)),
    "taken_up": lambda kept: str(Route(kept).label),
    "file_requested": lambda kept: str(Route(kept).label),
    "decided_above": lambda kept: str(Route(kept).label),
    "gone_up": lambda kept: str(Route(kept).label),
}


def detail(message) -> str:
    """Of an erased case nothing is left of it."""
    return DETAILS.get(message.event, str)(message.body) if message.body else "…"


def line(message, institution: str = "") -> str:
    """What a system line reads; "" for a message of a person."""
    text = LINES.get(message.event, "")
    values = {
        "institution": institution or gettext("支付机构"),
        "detail": detail(message),
    }
    return str(text) % values if text else ""


def heading(message) -> str:
    return str(HEADINGS.get(message.event, ""))
