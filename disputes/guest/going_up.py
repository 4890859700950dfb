"""What a customer takes along and tells when they go further up: the file of their case, and to
whom they have gone."""

from __future__ import annotations

import uuid
from datetime import date

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from disputes import actions, moment, policy
from disputes.casefile import handing_out
from disputes.guest import next_up, rights
from disputes.guest.opening import no_pass
from disputes.models import CaseFile
from disputes.models.upward import Route
from disputes.policy import addresses
from disputes.register import TOLD, Line, What

LOOKS_EVERY = 4  # seconds, while a file is being made


@require_http_methods(["GET", "HEAD", "POST"])
def file(request, number: str):
    """POST asks for one."""
    case = rights.case_of(request, number)
    if case is None:
        return no_pass(request)
    if request.method == "POST":
        try:
            actions.take_file(
                case, actor=rights.customer(case), language=get_language() or "zh-hans"
            )
        except actions.Refused as refused:
            messages.warning(request, refused.message)
        return redirect("disputes:file", number)
    files = list(case.files.filter(asked_by=None).order_by("-number")[:5])
    context = {
        "case": case,
        "files": files,
        "waiting": any(each.state == CaseFile.State.WAITING for each in files),
        "again": LOOKS_EVERY,
    }
    return render(request, "disputes/guest/file.html", context)


@require_safe
def download(request, number: str, file: int):
    case = rights.case_of(request, number)
    if case is None:
        return no_pass(request)
    made = case.files.filter(asked_by=None, number=file, state=CaseFile.State.MADE).first()
    if made is None:
        raise Http404
    given = handing_out.response(case, made, rights.customer(case))
    if given is None:
        messages.error(request, _("这一份取不到，或者和做好时不一样，所以不交出。请再要一份。"))
        return redirect("disputes:file", number)
    return given


@require_http_methods(["GET", "HEAD", "POST"])
def gone_up(request, number: str):
    """POST tells to whom and when."""
    case = rights.case_of(request, number)
    if case is None:
        return no_pass(request)
    customer = rights.customer(case)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            actions.say_gone_up(case, actor=customer, line=_line(request.POST))
        except actions.Invalid as invalid:
            errors = {invalid.field.removeprefix("up_"): invalid.message}
        except actions.Refused as refused:
            messages.warning(request, refused.message)
            return redirect("disputes:case", number)
        else:
            messages.success(request, _("已登记。那里来的每一步，我们都会记在案件里。"))
            return redirect("disputes:case", number)
    elif "say_gone_up" not in {verb.name for verb in policy.allowed(case, customer)}:
        return redirect("disputes:case", number)
    context = {
        "case": case,
        "errors": errors,
        "form": request.POST if errors else {},
        "parties": [("", _("请选择")), *Route.choices],
        "today": timezone.localdate(moment.now()),
        "told": case.upward.filter(direction=TOLD).order_by("on", "pk"),
        "addresses": next_up.known(addresses.current()),
        "submission_key": uuid.uuid4(),
    }
    status = 422 if errors else 200
    return render(request, "disputes/guest/gone_up.html", context, status=status)


def _line(form) -> Line:
    try:
        on = date.fromisoformat(form.get("on", "").strip())
    except ValueError:
        on = None
    try:
        key = uuid.UUID(form.get("submission_key", ""))
    except ValueError:
        key = uuid.uuid4()
    return Line(
        what=What.GONE_UP,
        party=form.get("party", ""),
        way="",
        on=on,
        reference=form.get("reference", ""),
        submission_key=key,
    )
