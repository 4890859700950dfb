"""The QR on the shop's screen that hands one payment's slip to the customer who stands there."""

from uuid import UUID

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.access import MERCHANT, role_required
from portal.audit import reading
from receipts.models import CounterCode
from receipts.panel.page import own_payment
from receipts.slip import counter, qr

LOOKS_EVERY = 4  # seconds, while the customer has not taken it


@require_POST
@role_required(*MERCHANT)
def show(request, payment_id: UUID):
    code = counter.show(own_payment(request, payment_id), actor=request.actor)
    return redirect("merchant:counter", payment_id=payment_id, code_id=code.pk)


@require_safe
@role_required(*MERCHANT)
def page(request, payment_id: UUID, code_id: UUID):
    payment = own_payment(request, payment_id)
    code = get_object_or_404(
        CounterCode.objects.select_related("link"), pk=code_id, payment=payment
    )
    reading.note(request.actor, payment.subject)
    standing = counter.Standing.of(code)
    context = {
        "payment": payment,
        "code": code,
        "standing": standing,
        "square": qr.square(standing.address) if standing.address else None,
        "again": LOOKS_EVERY,
    }
    return render(request, "receipts/panel/counter.html", context)
