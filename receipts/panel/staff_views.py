"""Payments, merchants and files, for the institution's staff."""

from uuid import UUID

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from portal.accounts.access import CASE_READERS, CASE_STAFF, FILE_READERS, role_required
from portal.audit import reading
from receipts.finding.wanted import NO_CARD_NUMBER, holds_a_card_number
from receipts.imports import reasons, totals
from receipts.lookup_form import may_search_for
from receipts.models import ImportFile, Payment, SlipIssue
from receipts.panel import files, search
from receipts.panel.merchants import merchants_page
from receipts.panel.page import PaymentPage, hand_over


@require_safe
@role_required(*CASE_READERS)
def payments(request):
    if holds_a_card_number(request.GET):
        messages.warning(request, NO_CARD_NUMBER)
        return redirect("panel:payments")
    after = request.GET.get("after", "")
    found = search.run(request.GET, request.actor, after)
    shown = [each.subject for each in found.payments]
    reading.note(request.actor, *shown, what=reading.What.LISTED)
    context = {
        "search": found,
        "wanted": found.wanted,
        "errors": found.wanted.errors,
        "after": after,
    }
    return render(request, "receipts/panel/staff_payments.html", context)


@require_safe
@role_required(*CASE_READERS)
def payment(request, payment_id: UUID):
    payment = _visible(request, payment_id)
    if told := reading.note(request.actor, payment.subject):
        messages.warning(request, told)
    page = PaymentPage.of(payment, request.actor)
    return render(request, "receipts/panel/staff_payment.html", {"page": page})


@require_safe
@role_required(*CASE_STAFF)
def slip(request, payment_id: UUID, form: str = SlipIssue.Form.MM80):
    payment = _visible(request, payment_id)
    return hand_over(request, payment, SlipIssue.Copy.CARDHOLDER, "panel:payment", form)


@require_safe
@role_required(*CASE_READERS)
def merchants(request):
    words = request.GET.get("q", "").strip()[:80]
    if not may_search_for(words):
        return redirect("panel:merchants")
    page = merchants_page(request.actor, words, request.GET.get("after", ""))
    return render(request, "receipts/panel/staff_merchants.html", {"page": page, "words": words})


@require_safe
@role_required(*FILE_READERS)
def imports(request):
    wanted = files.Wanted.read(request.GET)
    page = files.page(wanted, request.GET.get("before", ""))
    context = {"page": page, "wanted": wanted}
    return render(request, "receipts/panel/staff_imports.html", context)


@require_safe
@role_required(*FILE_READERS)
def import_file(request, import_id: int):
    file = get_object_or_404(ImportFile, pk=import_id)
    reading.note(request.actor, f"import:{file.pk}")
    reason = request.GET.get("reason", "")
    context = {
        "file": file,
        "error": reasons.of_file(file.error) if file.error else "",
        "totals": totals.in_words(file.totals),
        "reasons": files.reasons_of(file),
        "rows": files.rows_of(file, reason, request.GET.get("after", "")),
        "reason": reason,
    }
    return render(request, "receipts/panel/staff_import.html", context)


def _visible(request, payment_id: UUID) -> Payment:
    payments = Payment.objects.visible_to(request.actor).select_related("merchant", "terminal")
    return get_object_or_404(payments, pk=payment_id)
