"""Where the answer goes."""

from django.utils.translation import gettext as _

from disputes import contact as contacts
from disputes.errors import Invalid
from disputes.models.case import ContactKind
from portal import card_numbers
from receipts.lookup_form import looks_like_a_card_number

TEMPLATE = "disputes/guest/questions/contact.html"


def title(draft) -> str:
    return _("怎么通知您？")


def show(draft, errors) -> dict:
    return {"contact": draft.answers.get("contact", "")}


def kind_of(text: str) -> str:
    """One field takes both: only an e-mail address has an @ (the full-width one too)."""
    return ContactKind.EMAIL if "@" in text or "＠" in text else ContactKind.MOBILE


def take(draft, request) -> dict:
    typed = request.POST.get("contact", "")[:300].strip()
    draft.answers["contact"] = typed
    if not typed:
        return {"contact": _("请留一个邮箱或手机号，结果好告诉您。")}
    try:
        draft.answers["contact"] = contacts.normalise(kind_of(typed), typed)
    except Invalid as invalid:
        error, is_card = invalid.message, looks_like_a_card_number(typed)
    else:
        is_address = kind_of(typed) == ContactKind.EMAIL
        error, is_card = "", is_address and card_numbers.holds_one(typed)
    if is_card:
        draft.answers["contact"] = ""
        error = _("这像一个卡号，我们没有保存。请填邮箱或手机号。")
    return {"contact": error} if error else {}
