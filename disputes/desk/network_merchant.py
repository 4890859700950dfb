"""A dispute with the card network as its merchant sees it: what is asked of the shop, and what
became of the money."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from disputes import actions
from disputes.desk import network_page
from disputes.desk.deeds import refusal
from disputes.desk.network_views import give_slip
from disputes.models.network import State
from disputes.network import telling
from portal.accounts.access import MERCHANT, role_required
from portal.audit import reading
from portal.uploads.inspection import ACCEPT


@require_safe
@role_required(*MERCHANT)
def dispute(request, public_id):
    return _show(request, public_id)


@require_POST
@role_required(*MERCHANT)
def give(request, public_id):
    found = get_object_or_404(network_page.visible(request.actor), public_id=public_id)
    try:
        said = give_slip(request, found)
    except actions.Refused as error:
        return _show(request, public_id, refusal(request, error))
    messages.success(request, said)
    return redirect("merchant_cases:network", public_id)


def _show(request, public_id, errors: dict | None = None):
    found = get_object_or_404(network_page.visible(request.actor), public_id=public_id)
    reading.note(request.actor, found.subject)
    context = {
        "dispute": found,
        "left": network_page.left(found.slip_due_at),
        "told": telling.to_merchant(found),
        "slips": found.slips.select_related("upload"),
        "is_asked": found.state == State.RETRIEVING,
        "accept": ACCEPT,
        "errors": errors or {},
    }
    status = 422 if errors else 200
    return render(request, "disputes/desk/merchant_network.html", context, status=status)
