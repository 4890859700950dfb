"""The page of a case's way up, and its files."""

import hashlib

import structlog
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from disputes import actions
from disputes.desk import case_page, upward_page
from disputes.desk.deeds import refusal
from disputes.models import CaseFile
from portal import audit
from portal.accounts.access import CASE_READERS, CASE_STAFF, note_refusal, role_required
from portal.audit import reading
from receipts.slip.response import attachment

log = structlog.get_logger(__name__)
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
    """The stored bytes, looked at first: what is not what was issued is not handed out."""
    found = get_object_or_404(case_page.visible_cases(request.actor), number=number)
    made = get_object_or_404(found.files, number=file, state=CaseFile.State.MADE)
    try:
        with made.file.open("rb") as stored:
            data = stored.read()
    except Exception:  # lost, or the storage is away: each kind has its own ways of being so
        data = b""
    if hashlib.sha256(data).hexdigest() != made.sha256:
        log.error("case_file_not_as_issued", file=made.pk)
        messages.error(request, _("存着的文件和出具时的不一样，或者取不到，所以不交出。请找运维。"))
        return redirect("desk:upward", number)
    with transaction.atomic():
        reading.note(request.actor, found.subject, what=reading.What.DOWNLOADED)
        audit.record(
            found.subject,
            "case.file_given",
            actor=request.actor,
            after={"file": made.number, "sha256": made.sha256},
        )
    response = HttpResponse(data, content_type="application/pdf")
    name = f"{found.number}-{made.number}.pdf"
    response["Content-Disposition"] = attachment(f"case-{name}", f"{_('案件材料')}-{name}")
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
