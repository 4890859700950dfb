"""A form's files sent ahead of it, each in a request of its own (static/theme/js/files.js): where
the line breaks, one file is to be sent again and the page with the words stands as it was.
"""

from collections.abc import Callable, Iterable

from django.conf import settings
from django.http import JsonResponse
from django.utils.translation import gettext as _

from portal.uploads.inspection import Inspected, inspect
from portal.uploads.models import Upload
from portal.uploads.refused import Refused


def asked(request) -> bool:
    return request.method == "POST" and "upload" in request.POST


def take(
    request, waiting: Iterable[Upload], keep: Callable[[Inspected], Upload | None]
) -> JsonResponse:
    """`waiting`: what was kept of this form before; one that came, but whose answer did not, is not
    kept twice. Says its id, or in words why it was refused."""
    before = list(waiting)
    file = request.FILES.get("files")
    if file is None:
        return _refused(_("没有收到文件。请重新选一次。"))
    try:
        inspected = inspect(file)
    except Refused as refused:
        return _refused(refused.message)
    for upload in before:
        if upload.received_sha256 == inspected.received_sha256:
            return _kept(upload)
    if len(before) >= settings.UPLOAD_MAX_FILES:
        most = {"most": settings.UPLOAD_MAX_FILES}
        return _refused(_("一共最多 %(most)d 个文件，多出来的没有收下。") % most)
    return _kept(keep(inspected))


def _kept(upload: Upload | None) -> JsonResponse:
    return JsonResponse({"id": str(upload.public_id) if upload else ""})


def _refused(words: str) -> JsonResponse:
    return JsonResponse({"error": str(words)})
