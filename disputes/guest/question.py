"""对这笔交易有疑问: what is it? Where something helps at once, that comes first."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from disputes.guest import outlook
from disputes.guest.questions.reason import choices
from disputes.models.case import Kind
from receipts.guest import payment as payment_page
from receipts.models.payment import Status


@require_safe
def question(request, id):
    payment = payment_page.entitled(request, id)
    if payment is None:
        return payment_page.closed(request)
    context = {
        "payment": payment,
        "shop": payment_page.shop_name(payment),
        "has_slip": payment.status != Status.DECLINED,
        "refundable": payment.refundable_minor > 0,
        "reasons": choices(),
        "slip": outlook.of(Kind.NO_SLIP, payment)[1],
        "answer": outlook.of(Kind.DISPUTED_CHARGE, payment)[1],  # a refund's is the same
        "complaint": outlook.of(Kind.SERVICE_COMPLAINT, payment)[1],
    }
    return render(request, "disputes/guest/question.html", context)
