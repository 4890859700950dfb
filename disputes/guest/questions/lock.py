"""Not mine: before anything else, stop whoever has the card."""

from django.utils.translation import gettext as _

TEMPLATE = "disputes/guest/questions/lock.html"


def title(draft) -> str:
    return _("先锁住卡，别让损失变大")


def show(draft, errors) -> dict:
    return {}


def take(draft, request) -> dict:
    return {}
