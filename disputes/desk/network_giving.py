"""Money given back through the network of our own will, before the network has written."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from disputes import actions, money_back
from disputes.desk import network_page
from disputes.desk.deeds import refusal
from disputes.models import NetworkDispute, Refund
from disputes.network import track
from disputes.policy import network as rules
from portal.accounts import step_up
from portal.accounts.access import role_required
from portal.accounts.models import Role
from portal.audit import reading
from receipts.lookup_form import LONGEST, Unreadable, read_sum
from receipts.models import Payment

CODES = ("E32", "E74")


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.SUPERVISOR)
def give(request, payment):
    """A credit adjustment or a manual refund of this payment; one that has a track goes there, one
    of which nothing may be given back is not found."""
    found = get_object_or_404(
        Payment.objects.visible_to(request.actor).select_related("merchant"), pk=payment
    )
    if begun := NetworkDispute.objects.visible_to(request.actor).filter(payment=found).first():
        return redirect("desk:network_dispute", begun.public_id)
    if not track.may_give_back(found, request.actor):
        raise Http404
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            refund = _give(request, found)
        except actions.Refused as error:
            errors = refusal(request, error)
        else:
            messages.success(request, said(refund))
            return redirect("desk:network_give", found.pk)  # it has a track by now
    reading.note(request.actor, found.subject)
    left_minor, case = money_back.left_minor(found), track.case_of(found.pk)
    context = {
        "payment": found,
        "left_minor": left_minor,
        "is_open": bool(left_minor) and not (case and case.refund_waits),
        "codes": [(code, f"{rules.NAMES[code]} {code}") for code in CODES],
        "errors": errors,
        "alone": network_page.alone(request.actor),
        "fresh": step_up.is_fresh(step_up.proved_at(request)),
        "form": request.POST if errors else {},
    }
    status = 422 if errors else 200
    return render(request, "disputes/desk/network_give.html", context, status=status)


def said(refund: Refund) -> str:
    step = {"step": refund.get_kind_display()}
    if refund.state == Refund.State.PROPOSED:
        return _("已提出：%(step)s，等另一位主管批准。") % step
    return _("已记下：%(step)s。") % step


def _give(request, payment: Payment) -> Refund:
    form = request.POST
    code = form.get("code", "")
    if code not in CODES:
        raise actions.Invalid("code", _("请选贷记调整或者手工退货。"))
    typed = form.get("amount", "").strip()[:LONGEST]
    try:
        amount = read_sum(typed) if typed else None
    except Unreadable as error:
        raise actions.Invalid("amount", str(error)) from None
    return actions.give_back(
        payment,
        actor=request.actor,
        code=code,
        amount_minor=amount,
        text=form.get("text", ""),
        proved_at=step_up.proved_at(request),
    )
