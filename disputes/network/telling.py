"""The track in the words of those outside: what concerns the shop, and what concerns the customer.

Neither reads what the institution writes to the network, nor its codes."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disputes.models import Case, NetworkDispute
from disputes.policy import network as rules

MERCHANT = {
    "E00": _("发卡行问起这笔消费，由支付机构答复，您不用做什么。"),
    "E02": _("支付机构答复了发卡行。"),
    "E04": _("发卡行要看这笔消费的签字小票。"),
    "E05": _("支付机构把签字小票交给了发卡行。"),
    "E23": _("发卡行把钱要了回去（退单）。支付机构会看能不能追回。"),
    "E24": _("支付机构带着凭证请发卡行重新付款。"),
    "E25": _("发卡行再次把钱要了回去。"),
    "E26": _("支付机构在和发卡行协商。"),
    "E32": _("支付机构把钱退给了持卡人。"),
    "E74": _("支付机构把钱退给了持卡人。"),
    rules.ACCEPTED: _("这笔钱退给了持卡人，不再追回。"),
    rules.WON: _("这笔钱追回来了。"),
    rules.LOST: _("这笔钱没有追回来。"),
    rules.MISSED: _("没有在时限内答复发卡行。"),
}
CONSUMER = {
    "E00": _("您的发卡行向我们问起这笔消费。"),
    "E02": _("我们答复了发卡行。"),
    "E04": _("发卡行要看这笔消费的签字小票，我们正在向商户要。"),
    "E05": _("我们把签字小票交给了发卡行。"),
    "E23": _("发卡行已经向我们要回这笔钱；退给您的时间请问发卡行。"),
    "E24": _("我们认为这笔消费没有问题，向发卡行提交了凭证。"),
    "E25": _("发卡行看过凭证，再次向我们要回这笔钱。"),
    "E26": _("我们在和发卡行协商。"),
    "E32": _("我们把钱退回您付款的卡，到账时间看发卡行。"),
    "E74": _("我们把钱退回您付款的卡，到账时间看发卡行。"),
    rules.ACCEPTED: _("这笔钱不再争议，归您；到账请问发卡行。"),
    rules.WON: _("发卡行认可了凭证，这笔消费有效。"),
    rules.LOST: _("这笔钱不再争议，归您；到账请问发卡行。"),
}


@dataclass(frozen=True)
class Told:
    at: datetime
    words: str | Promise
    amount_minor: int | None
    currency: str


def of_case(case: Case) -> list[Told]:
    """For the case's own customer."""
    if case.payment_id is None:
        return []
    found = NetworkDispute.objects.filter(payment_id=case.payment_id).first()
    return to_consumer(found) if found else []


def to_merchant(dispute: NetworkDispute) -> list[Told]:
    return _told(dispute, MERCHANT)


def to_consumer(dispute: NetworkDispute) -> list[Told]:
    return _told(dispute, CONSUMER)


def _told(dispute: NetworkDispute, words: dict) -> list[Told]:
    return [
        Told(step.at, words[step.code], step.amount_minor, dispute.currency)
        for step in dispute.steps.order_by("pk")
        if step.code in words
    ]
