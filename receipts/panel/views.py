"""A merchant's own payments."""

from itertools import groupby
from uuid import UUID

from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.accounts.access import MERCHANT, role_required
from portal.audit import reading
from receipts.lookup_form import looks_like_a_card_number
from receipts.models import SlipIssue
from receipts.panel import payments as lists
from receipts.panel.page import PaymentPage, hand_over, own_payment


@require_safe
@role_required(*MERCHANT)
def payments(request):
    if looks_like_a_card_number(request.GET.get("tail", "")):
        return redirect("merchant:payments")
    wanted = lists.Wanted.read(request.GET)
    page = lists.page(request.actor, wanted, request.GET.get("after", ""))
    days = groupby(page.rows, key=lambda payment: timezone.localdate(payment.occurred_at))
    context = {
        "wanted": wanted,
        "many_shops": len({payment.merchant_id for payment in page.rows}) > 1,
        "days": [(day, list(rows)) for day, rows in days],
        "page": page,
        "after": request.GET.get("after", ""),
        "all_query": wanted.query(no_slip=False),
        "no_slip_query": wanted.query(no_slip=True),
        "query": wanted.query(),
    }
    reading.note(request.actor, "list:payments", what=reading.What.LISTED)
    template = "receipts/panel/payments.html"
    if request.htmx and request.GET.get("after"):
        template += "#rows"
    return render(request, template, context)


@require_safe
@role_required(*MERCHANT)
def payment(request, payment_id: UUID):
    payment = own_payment(request, payment_id)
    reading.note(request.actor, payment.subject)
    page = PaymentPage.of(payment, request.actor)
    return render(request, "receipts/panel/payment.html", {"page": page})


@require_safe
@role_required(*MERCHANT)
def slip(request, payment_id: UUID, form: str = SlipIssue.Form.MM80):
    payment = own_payment(request, payment_id)
    return hand_over(request, payment, SlipIssue.Copy.MERCHANT, "merchant:payment", form)
