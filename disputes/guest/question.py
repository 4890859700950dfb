"""对这笔交易有疑问: what is it? Where something helps at once, that comes first."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from disputes import promises
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
        "slip": _first_promise(Kind.NO_SLIP, payment),
        "refund": _first_promise(Kind.REFUND_REQUEST, payment),
        "dispute": _first_promise(Kind.DISPUTED_CHARGE, payment),
        "complaint": _first_promise(Kind.SERVICE_COMPLAINT, payment),
    }
    return render(request, "disputes/guest/question.html", context)


def _first_promise(kind: str, payment) -> dict:
    """What would happen first after the case is opened, and the latest moment."""
    label, at = promises.for_new_case(kind, payment)[1]
    return {"label": label, "at": at}
