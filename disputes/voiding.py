"""Whether a payment can still be voided (消费撤销): same day, same batch, same terminal, in full.

Source: shared rules of bank-card terminals; later it is a refund (退货).
"""

from django.utils import timezone
from django.utils.translation import gettext as _

from disputes import moment
from receipts.models import Payment
from receipts.models.payment import Status


def fault(payment: Payment) -> str:
    """Why not, in words; "" where it can be."""
    if payment.status != Status.AUTHORISED or payment.refunded_minor:
        return _("这笔消费已经结算，不能撤销，请用退货。")
    if payment.local_date != timezone.localdate(moment.now()):
        return _("撤销只能在消费当天，请用退货。")
    if not payment.batch_no or payment.terminal_id is None:
        return _("不知道这笔消费的终端和批次，不能撤销，请用退货。")
    last = (
        Payment.objects.filter(terminal=payment.terminal_id)
        .exclude(batch_no="")
        .order_by("-occurred_at", "-batch_no")
        .values_list("batch_no", flat=True)
        .first()
    )
    if last != payment.batch_no:
        return _("这台终端已经换了批次，不能撤销，请用退货。")
    return ""
