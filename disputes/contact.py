"""Where a customer can be reached: an e-mail address or a mobile number, in one written form."""

import re
import unicodedata

from django.utils.translation import gettext as _

from disputes.errors import Invalid
from disputes.models.case import ContactKind
from portal import mail_address

MAINLAND = re.compile(r"1[3-9]\d{9}", re.ASCII)
E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
BETWEEN_DIGITS = re.compile(r"[\s\-().·]+")


def normalise(kind: str, text: str) -> str:
    """The address or number as it is stored and written to.

    Mobile: mainland numbers as 11 digits, others in E.164 with +. Full-width characters, spaces,
    hyphens and a leading +86, 86 or 0086 are taken. Raises Invalid("contact", …).
    """
    text = unicodedata.normalize("NFKC", text or "").strip()
    if kind == ContactKind.EMAIL:
        return _email(text)
    if kind == ContactKind.MOBILE:
        return _mobile(text)
    raise Invalid("contact_kind", _("请选择邮箱或手机。"))


def _email(text: str) -> str:
    try:
        return mail_address.read(text)
    except ValueError:
        message = _("这不像一个邮箱地址，请检查，例如 li@example.com。")
        raise Invalid("contact", message) from None


def _mobile(text: str) -> str:
    digits = BETWEEN_DIGITS.sub("", text)
    for prefix in ("+86", "0086", "86"):
        if digits.startswith(prefix) and MAINLAND.fullmatch(digits.removeprefix(prefix)):
            return digits.removeprefix(prefix)
    if MAINLAND.fullmatch(digits) or (E164.fullmatch(digits) and not digits.startswith("+86")):
        return digits
    raise Invalid(
        "contact", _("这不像一个手机号，请检查：11 位数字；境外号码以 + 和国家代码开头。")
    )
