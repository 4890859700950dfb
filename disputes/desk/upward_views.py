"""The page of a case's way up, and its files."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from disputes import actions
from disputes.casefile import handing_out
from disputes.desk import case_page, upward_page
from disputes.desk.deeds import refusal
from disputes.models import CaseFile
from portal.accounts.access import CASE_READERS, CASE_STAFF, note_refusal, role_required
from portal.audit import reading

LOOKS_EVERY = 4  # seconds, while a file is being made


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*CASE_READERS)
def page(request, number: str):
    """POST enters a line of the register, or asks for a file; readers that may not are refused by
    the verb."""
    found = case_page.visible_cases(request.actor).filter(number=number).first()
    if found is None:
        return case_page.locked(request, number)
    errors: dict[str, str] = {}
    if request.method == "POST":
        if request.actor.role not in CASE_STAFF:
            note_refusal(request)
            return redirect("desk:upward", number)
        try:
            said = upward_page.do(found, request.actor, request.POST, get_language() or "zh-hans")
        except actions.Refused as error:
            errors = refusal(request, error)
        else:
            messages.success(request, said)
            return redirect("desk:upward", number)
    else:
        reading.note(request.actor, found.subject)
    context = upward_page.context(found, request.actor) | {
        "errors": upward_page.wrong(request.POST, errors),
        "wrong": {name.removeprefix("up_"): text for name, text in errors.items()},
        "given": upward_page.given(request.POST) if errors else {},
        "form": request.POST if errors else {},
        "about": request.POST.get("do", "") if errors else "",
        "again": LOOKS_EVERY,
    }
    return render(request, "disputes/desk/upward.html", context, status=422 if errors else 200)


@require_safe
@role_required(*CASE_READERS)
def download(request, number: str, file: int):
    """What is not what was issued is not handed out."""
    found = get_object_or_404(case_page.visible_cases(request.actor), number=number)
    made = get_object_or_404(found.files, number=file, state=CaseFile.State.MADE)
    given = handing_out.response(found, made, request.actor)
    if given is None:
        messages.error(request, _("存着的文件和出具时的不一样，或者取不到，所以不交出。请找运维。"))
        return redirect("desk:upward", number)
    return given
