"""`{{ payment|tail }}`: by which four digits its payer knows it."""

from django import template
from django.utils.translation import gettext as _

from receipts.models import Payment

register = template.Library()


@register.filter
def tail(payment: Payment) -> str:
    """尾号 4821; of a wallet's payment, which has no card, the order number's; "" without any."""
    digits = payment.card_tail or payment.wallet_tail
    if not digits:
        return ""
    said = _("单号后四位 %(tail)s") if payment.is_by_code else _("尾号 %(tail)s")
    return said % {"tail": digits}
