"""Operations' first page, and the payments behind its figures of settlement."""

from __future__ import annotations

from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.accounts.access import FILE_READERS, role_required
from portal.audit import reading
from receipts.panel import settling
from receipts.panel.operations import overview

LONGEST_SOURCE = 24  # Payment.source


@require_safe
@role_required(*FILE_READERS)
def operations(request):
    context = {"overview": overview(), "delays": settling.delays(request.actor)}
    return render(request, "receipts/panel/operations.html", context)


@require_safe
@role_required(*FILE_READERS)
def settlement(request):
    """`?days=` at least so many; without it those that are not settled yet."""
    source = request.GET.get("source", "").replace("\0", "")[:LONGEST_SOURCE]
    text = request.GET.get("days", "")
    days = int(text) if text.isdecimal() and len(text) < 4 else None
    payments = settling.payments_behind(request.actor, source, days)
    shown = [each.subject for each in payments]
    reading.note(request.actor, *shown, what=reading.What.LISTED)
    context = {
        "source": source,
        "days": days,
        "rows": [
            (
                payment,
                (payment.settled_on - payment.local_date).days if payment.settled_on else None,
            )
            for payment in payments
        ],
        "is_full": len(payments) == settling.LISTED,
    }
    return render(request, "receipts/panel/settlement.html", context)
