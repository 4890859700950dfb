"""The slip's download for a customer whose browser holds a pass for that payment."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.accounts.actor import Actor
from portal.gate import passes
from receipts.models import Payment, SlipIssue
from receipts.slip.content import Copy, slip_content
from receipts.slip.issue import SlipNotReady, institution_name, issue_slip
from receipts.slip.response import slip_response


@require_safe
def slip_pdf(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """The 80 mm cardholder's copy; the slip as a page where the PDF cannot be made just now.

    Without a pass the answer is the same whether there is such a payment or not.
    """
    if not passes.holds(request, "payment", str(payment_id)):
        raise Http404
    payment = Payment.objects.filter(pk=payment_id).first()
    if payment is None:
        raise Http404
    try:
        issue = issue_slip(payment, actor=Actor.consumer(f"payment:{payment_id}"))
    except SlipNotReady:
        return _not_ready(request, payment)
    return slip_response(issue, request)


def _not_ready(request: HttpRequest, payment: Payment) -> HttpResponse:
    """What the slip would say, as a page: it bears no number, so it is no issue."""
    copy = Copy.preview(SlipIssue.Copy.CARDHOLDER, institution_name())
    context = {"payment": payment, "slip": slip_content(payment, copy)}
    response = render(request, "receipts/slip/not_ready.html", context, status=503)
    response["Retry-After"] = "60"
    return response
