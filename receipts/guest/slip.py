"""The slip's download for a customer whose browser may see that payment."""

from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.accounts.actor import Actor
from portal.outbox import post
from receipts.guest.payment import closed, entitled
from receipts.models import Payment, SlipIssue
from receipts.slip.content import Copy, slip_content
from receipts.slip.errors import SlipFileLost, SlipNotReady
from receipts.slip.issue import institution_name, issue_slip
from receipts.slip.response import slip_response

AGAIN = 15  # seconds until the page that says "not yet" asks again


@require_safe
def slip_pdf(request: HttpRequest, id: UUID) -> HttpResponse:
    """The 80 mm cardholder's copy; what it would say, as a page, where the PDF cannot be made.

    Without a pass the answer is the same whether there is such a payment or not.
    """
    payment = entitled(request, id)
    if payment is None:
        return closed(request)
    try:
        issue = issue_slip(payment, actor=Actor.consumer(f"payment:{id}"))
        response = slip_response(issue, request)
    except (SlipNotReady, SlipFileLost):
        return _not_ready(request, payment)
    if request.method == "GET":
        tell_given(issue)
    return response


@transaction.atomic
def tell_given(issue: SlipIssue) -> None:
    """That the customer has the slip is news to whoever waits for it; a download by staff is not.
    Once an hour: a slip taken before somebody asked for it must be told again after.
    """
    post.news(
        f"slip_given:{issue.payment_id}:{issue.number}:{timezone.now():%Y%m%d%H}",
        topic="slip_given",
        payment=str(issue.payment_id),
        number=issue.number,
    )


def _not_ready(request: HttpRequest, payment: Payment) -> HttpResponse:
    """It bears no number: it is no issue. The page asks for its own address again by itself,
    which then answers with the PDF."""
    preview = Copy.preview(SlipIssue.Copy.CARDHOLDER, institution_name())
    context = {"payment": payment, "slip": slip_content(payment, preview), "again": AGAIN}
    response = render(request, "receipts/slip/not_ready.html", context, status=503)
    response["Retry-After"] = str(AGAIN)
    return response
