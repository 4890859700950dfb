"""A merchant's own payments."""

from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.accounts.access import MERCHANT, role_required
from portal.audit import reading
from receipts.finding.wanted import NO_CARD_NUMBER, holds_a_card_number
from receipts.models import SlipIssue
from receipts.panel import payments as lists
from receipts.panel.page import PaymentPage, hand_over, own_payment


@require_safe
@role_required(*MERCHANT)
def payments(request):
    if holds_a_card_number(request.GET):
        messages.warning(request, NO_CARD_NUMBER)
        return redirect("merchant:payments")
    after = request.GET.get("after", "")
    listed = lists.listed(request.actor, request.GET, after)
    rows = listed.page.rows
    days = groupby(rows, key=lambda payment: timezone.localdate(payment.occurred_at))
    context = {
        "listed": listed,
        "wanted": listed.wanted,
        "errors": listed.wanted.errors,
        "many_shops": len({payment.merchant_id for payment in rows}) > 1,
        "days": [(day, list(of_day)) for day, of_day in days],
        "page": listed.page,
        "after": after,
        "all_query": listed.query(no_slip=False),
        "no_slip_query": listed.query(no_slip=True),
        "query": listed.query(),
    }
    shown = [each.subject for each in rows] if listed.wanted.asked else ["list:payments"]
    reading.note(request.actor, *shown, what=reading.What.LISTED)
    template = "receipts/panel/payments.html"
    if request.htmx and after:
        template += "#rows"
    return render(request, template, context)


@require_safe
@role_required(*MERCHANT)
def payment(request, payment_id: UUID):
    payment = own_payment(request, payment_id)
    if told := reading.note(request.actor, payment.subject):
        messages.warning(request, told)
    page = PaymentPage.of(payment, request.actor)
    return render(request, "receipts/panel/payment.html", {"page": page})


@require_safe
@role_required(*MERCHANT)
def slip(request, payment_id: UUID, form: str = SlipIssue.Form.MM80):
    payment = own_payment(request, payment_id)
    return hand_over(request, payment, SlipIssue.Copy.MERCHANT, "merchant:payment", form)
