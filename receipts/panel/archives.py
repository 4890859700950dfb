"""A merchant's slips of one day as a ZIP: asked for, watched, downloaded."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.access import MERCHANT, role_required
from portal.audit import reading
from receipts.models import DayArchive
from receipts.slip import archive as archives
from receipts.slip.response import attachment
from receipts.slip.streaming import stored_response

LOOKS_EVERY = 3  # seconds, while it is being made


@require_POST
@role_required(*MERCHANT)
def ask(request):
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
        made = archives.ask(request.actor, day)
    except (ValueError, OverflowError, archives.NoPayments):
        messages.warning(request, _("这一天没有可以打包的小票。"))
        return redirect("merchant:payments")
    return redirect("merchant:archive", archive_id=made.pk)


@require_safe
@role_required(*MERCHANT)
def page(request, archive_id: UUID):
    context = {
        "archive": _own(request, archive_id),
        "again": LOOKS_EVERY,
        "limit": archives.LIMIT,
    }
    return render(request, "receipts/panel/archive.html", context)


@require_safe
@role_required(*MERCHANT)
def download(request, archive_id: UUID) -> HttpResponseBase:
    archive = _own(request, archive_id)
    if archive.state != DayArchive.State.READY:
        return redirect("merchant:archive", archive_id=archive.pk)
    try:
        file = archive.file.open("rb")
    except Exception:  # lost, or the storage is away: each kind has its own ways of being so
        messages.warning(request, _("这个压缩包现在取不到。请过几分钟再试，或重新打包。"))
        return redirect("merchant:archive", archive_id=archive.pk)
    reading.note(request.actor, f"archive:{archive.pk}", what=reading.What.DOWNLOADED)
    response = stored_response(
        request, file, size=archive.size, sha256=archive.sha256, content_type="application/zip"
    )
    response["Content-Disposition"] = attachment(
        f"slips-{archive.day:%Y%m%d}.zip", archives.archive_name(archive) + ".zip"
    )
    return response


def _own(request, archive_id: UUID) -> DayArchive:
    own = DayArchive.objects.filter(organisation=request.actor.organisation)
    return get_object_or_404(own.select_related("organisation"), pk=archive_id)
