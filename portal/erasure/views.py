"""The privacy officer's pages: who asked for what, what became of it, how long what is kept."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.access import note_refusal, role_required
from portal.accounts.errors import Invalid, NotAllowed
from portal.audit import reading
from portal.audit.models import Opening, Reading
from portal.erasure import keepers, requests, retention
from portal.erasure.keepers import Standing
from portal.erasure.models import BEATS_PERIOD, Item, Request

SHOWN = 50


@dataclass(frozen=True)
class Row:
    subject: str
    standing: Standing | None
    item: Item | None = None

    @property
    def name(self) -> str:
        return str(self.standing.name) if self.standing else self.subject

    @property
    def may_be_asked(self) -> bool:
        return bool(self.standing and not self.standing.busy and not self.standing.erased)

    @property
    def beats_period(self) -> bool:
        return bool(self.item and self.item.ground in BEATS_PERIOD)


@require_safe
@role_required(*requests.MAY_READ)
def overview(request):
    reading.note(request.actor, "list:erasures", what=Reading.What.LISTED)
    rows = Request.objects.select_related("asked_by", "decided_by").prefetch_related("items")
    locked = Item.objects.filter(state=Item.State.LOCKED)
    context = {
        "requests": rows.order_by("-state", "-asked_at")[:SHOWN],
        "due": retention.due(),
        "locked": [(_called(item.subject), item) for item in locked.order_by("until")[:SHOWN]],
        "may_ask": request.actor.role in requests.MAY_ASK,
        "most": SHOWN,
    }
    return render(request, "portal/erasure/overview.html", context)


def _called(subject: str) -> str:
    """What is locked, by its number: whoever it is about is named nowhere."""
    kind, _colon, rest = subject.partition(":")
    if kind == "case":
        return _("案件 {number}").format(number=rest)
    return _("账号 {name}").format(name=rest[:8])


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*requests.MAY_ASK)
def ask(request):
    """Find what there is about somebody, choose, ask. What is typed to find a person is an address
    as a rule, so it is posted and stands in no URL; `?case=` is for a case's own page."""
    errors: dict[str, str] = {}
    who = request.POST.get("who", request.GET.get("case", "")).replace("\0", "").strip()[:254]
    if request.method == "POST" and request.POST.get("do") == "ask":
        try:
            made = requests.ask(
                request.POST.getlist("subjects"),
                request.POST.get("ground", ""),
                request.POST.get("words", ""),
                actor=request.actor,
            )
        except Invalid as invalid:
            errors[invalid.field] = invalid.message
        else:
            messages.success(request, _("已提交，等另一位主管批准。"))
            return redirect("privacy:request", made.public_id)
    rows = [Row(subject, keepers.standing(subject)) for subject in keepers.find(who)] if who else []
    if rows:
        found = [row.subject for row in rows]
        reading.note(request.actor, *found, what=Reading.What.LISTED)
    context = {
        "who": who,
        "rows": rows,
        "chosen": request.POST.getlist("subjects") or [row.subject for row in rows],
        "grounds": requests.grounds(),
        "ground": request.POST.get("ground", ""),
        "words": "" if "words" in errors else request.POST.get("words", ""),
        "errors": errors,
        "nothing": bool(who) and not rows,
    }
    return render(request, "portal/erasure/ask.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*requests.MAY_READ)
def one(request, public_id):
    row = get_object_or_404(
        Request.objects.select_related("asked_by", "decided_by"), public_id=public_id
    )
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            if request.POST.get("do") == "approve":
                requests.approve(row, actor=request.actor)
                messages.success(request, _("已执行。"))
            else:
                requests.refuse(row, request.POST.get("refusal", ""), actor=request.actor)
                messages.success(request, _("已记下，没有删除任何东西。"))
            return redirect("privacy:request", public_id)
        except Invalid as invalid:
            errors[invalid.field] = invalid.message
        except NotAllowed as refused:
            if not requests.may_decide(row, request.actor):
                note_refusal(request, requests.MAY_DECIDE)
                raise PermissionDenied from None
            errors["state"] = _("{what}还没有结束，结束以后才能删除").format(what=refused)
    items = list(row.items.order_by("subject"))
    reading.note(request.actor, *(item.subject for item in items), what=Reading.What.LISTED)
    context = {
        "row": row,
        "rows": [Row(item.subject, keepers.standing(item.subject), item) for item in items],
        "may_decide": requests.may_decide(row, request.actor),
        "own": request.actor.is_one_with(row.asked_by, row.asker_person),
        "values_left": Opening.objects.filter(
            event__subject__in=[item.subject for item in items]
        ).count(),
        "errors": errors,
        "refusal": request.POST.get("refusal", ""),
    }
    return render(request, "portal/erasure/request.html", context, status=422 if errors else 200)
