"""The lines that the conversation itself says: one text per step (`Message.event`)."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

LINES = {
    "received_by_merchant": _("已收到，转给商户答复。"),
    "received_by_institution": _("已收到，由%(institution)s处理。"),
    "escalated_by_consumer": _("客户请%(institution)s处理，商户的时限停止。"),
    "escalated_by_institution": _("%(institution)s接手处理。"),
    "escalated_by_time": _("商户没有按时处理，已自动转给%(institution)s。"),
    "withdrawn": _("客户撤回了申请。"),
    "refund_offered": _("商户提出退 %(detail)s。客户接受就办结，不接受就接着办。"),
    "offer_accepted": _("客户接受退 %(detail)s，这件事办结。"),
    "offer_declined": _("客户没有接受退 %(detail)s，商户接着办。"),
    "reprinted": _("商户补打了小票，可以来店里取。"),
    "slip_accepted": _("客户有电子小票就够了，这件事办结。谢谢。"),
    "matched": _("这笔消费的数据到了，系统找到了它。现在可以看小票。"),
}
# What a person's message is besides its words.
HEADINGS = {
    "asked_consumer": _("需要补充"),
    "refund_offered": _("提出退款"),
    "resolved": _("结果：已办结"),
    "rejected": _("结果：不予支持"),
    "continued": _("要求继续处理"),
}


def line(message, institution: str = "") -> str:
    """What a system line reads; "" for a message of a person."""
    text = LINES.get(message.event, "")
    values = {"institution": institution or gettext("支付机构"), "detail": message.body}
    return str(text) % values if text else ""


def heading(message) -> str:
    return str(HEADINGS.get(message.event, ""))
