"""How much shall go back: all that can, or a part."""

from django.utils.translation import gettext as _

from disputes.guest import subject_matter
from portal import money
from receipts.lookup_form import LONGEST, Unreadable, read_sum

TEMPLATE = "disputes/guest/questions/amount.html"
ALL, PART = "all", "part"


def title(draft) -> str:
    return _("想退多少钱？")


def show(draft, errors) -> dict:
    payment = subject_matter.payment_to_refund(draft)
    return {
        "most": payment.refundable_minor,
        "currency": payment.currency,
        "chosen": draft.answers.get("amount", ALL),
        "typed": draft.answers.get("amount_typed", ""),
    }


def take(draft, request) -> dict:
    payment = subject_matter.payment_to_refund(draft)
    chosen = request.POST.get("amount_kind", "")
    typed = request.POST.get("amount", "")[:LONGEST].strip()
    draft.answers["amount"], draft.answers["amount_typed"] = chosen, typed
    if chosen == ALL:
        draft.answers["requested_minor"] = None
        return {}
    if chosen != PART:
        return {"amount_kind": _("请选退全部还是一部分。")}
    try:
        minor = read_sum(typed)
    except Unreadable as error:
        return {"amount": str(error)}
    if minor > payment.refundable_minor:
        most = money.text(payment.refundable_minor, payment.currency)
        return {"amount": _("最多可以申请 %(most)s。") % {"most": most}}
    draft.answers["requested_minor"] = minor
    return {}
