"""The slip for a customer whose browser may see that payment: files, a picture, a page.

Without a pass the answer is the same whether there is such a payment or not.
"""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.accounts.actor import Actor
from portal.accounts.institution import own_name
from receipts.guest.payment import closed, entitled
from receipts.models import Payment, SlipIssue
from receipts.slip import given, stored
from receipts.slip.content import Copy, slip_content
from receipts.slip.errors import SlipFileLost, SlipNotReady
from receipts.slip.issue import copy_of, issue_slip
from receipts.slip.picture import NoPicture
from receipts.slip.response import file_name, picture_response, slip_response

Respond = Callable[[SlipIssue, HttpRequest], HttpResponse]
AGAIN = 15  # seconds until the page that says "not yet" asks again


@require_safe
def slip_pdf(request: HttpRequest, id: UUID, form: str = SlipIssue.Form.MM80) -> HttpResponse:
    """The cardholder's copy; what it would say, as a page, where the PDF cannot be made."""
    return _handed_over(request, id, form, slip_response)


@require_safe
def slip_png(request: HttpRequest, id: UUID) -> HttpResponse:
    """A picture of the 80 mm slip, for browsers that refuse a PDF."""
    return _handed_over(request, id, SlipIssue.Form.MM80, picture_response)


def _handed_over(
    request: HttpRequest,
    id: UUID,
    form: str,
    respond: Respond,
) -> HttpResponse:
    if response := _stored(request, id, form, respond):
        return response
    payment = entitled(request, id)
    if payment is None:
        return closed(request)
    try:
        issue = issue_slip(payment, actor=Actor.consumer(f"payment:{id}"), form=form)
        return _given(request, issue, respond)
    except (SlipNotReady, SlipFileLost, NoPicture):
        return _not_ready(request, payment)


def _stored(request: HttpRequest, id: UUID, form: str, respond: Respond) -> HttpResponse | None:
    """The short way of nearly every download. Where it fails, the long one tells why."""
    issue = stored.held(request, id, form)
    if issue is None:
        return None
    try:
        return _given(request, issue, respond)
    except (SlipNotReady, SlipFileLost, NoPicture):
        return None


def _given(request: HttpRequest, issue: SlipIssue, respond: Respond) -> HttpResponse:
    response = respond(issue, request)
    if request.method == "GET":
        given.tell(issue)
    return response


@require_safe
def slip_picture(request: HttpRequest, id: UUID) -> HttpResponse:
    """The picture with a word on how to keep it."""
    payment = entitled(request, id)
    if payment is None:
        return closed(request)
    try:
        issue = issue_slip(payment, actor=Actor.consumer(f"payment:{id}"))
    except SlipNotReady:
        return _not_ready(request, payment)
    context = {"payment": payment, "name": file_name(issue, "png")}
    return _private(render(request, "receipts/slip/picture.html", context))


@require_safe
def slip_page(request: HttpRequest, id: UUID) -> HttpResponse:
    """The 80 mm cardholder's copy as a page to read, to have read aloud and to print.

    It says what that issue says, number and code included; while there is none, what it would.
    """
    payment = entitled(request, id)
    if payment is None:
        return closed(request)
    try:
        issue = issue_slip(payment, actor=Actor.consumer(f"payment:{id}"))
    except SlipNotReady:
        slip = slip_content(payment, _preview())
    else:
        payment = issue.payment
        slip = slip_content(payment, copy_of(issue))
        if request.method == "GET":
            given.tell(issue)
    context = {"payment": payment, "slip": slip}
    return _private(render(request, "receipts/slip/page.html", context))


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def _not_ready(request: HttpRequest, payment: Payment) -> HttpResponse:
    """It bears no number: it is no issue. The page asks for its own address again by itself,
    which then answers with the PDF."""
    context = {"payment": payment, "slip": slip_content(payment, _preview()), "again": AGAIN}
    response = render(request, "receipts/slip/not_ready.html", context, status=503)
    response["Retry-After"] = str(AGAIN)
    return response


def _preview() -> Copy:
    return Copy.preview(SlipIssue.Copy.CARDHOLDER, own_name())
