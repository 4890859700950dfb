"""What is wrong with the charge."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disputes import policy
from disputes.models.case import Reason
from disputes.policy.reasons import Entry

TEMPLATE = "disputes/guest/questions/reason.html"

# One sentence each, so that people find themselves.
MEANINGS = {
    Reason.NOT_MINE: gettext_lazy("卡在我手里，但这笔不是我付的；或卡丢了"),
    Reason.CHARGED_TWICE: gettext_lazy("同一次消费扣了两笔钱"),
    Reason.WRONG_AMOUNT: gettext_lazy("扣的钱和应付的不一样"),
    Reason.CHARGED_BUT_DECLINED: gettext_lazy("收银机说失败，银行却扣了钱"),
    Reason.GOODS_OR_SERVICE: gettext_lazy("没拿到、不对、坏了，或服务没做"),
    Reason.REFUND_NOT_ARRIVED: gettext_lazy("商户说退了，卡里没收到"),
    Reason.OTHER: gettext_lazy("以上都不是"),
}


def choices() -> list[dict]:
    """A reason that the institution words in its own way needs no sentence of ours."""
    return [
        {"value": each.code, "label": each.label, "meaning": _meaning(each)}
        for each in policy.asked_reasons()
    ]


def _meaning(reason: Entry) -> str | Promise:
    if reason.code not in Reason.values:
        return ""
    ours = Reason(reason.code)
    return MEANINGS[ours] if str(reason.label) == str(ours.label) else ""


def title(draft) -> str:
    return _("这笔扣款哪里不对？")


def show(draft, errors) -> dict:
    return {"choices": choices(), "chosen": draft.answers.get("reason", "")}


def take(draft, request) -> dict:
    chosen = request.POST.get("reason", "")
    if chosen not in {each.code for each in policy.asked_reasons()}:
        return {"reason": _("请选一项最接近的。")}
    draft.answers["reason"] = chosen
    return {}
