"""Handing a file out: as a download, sandboxed, never kept by a cache."""

from django.http import FileResponse, Http404
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from portal.audit import reading
from portal.uploads import readers
from portal.uploads.models import Upload


@require_safe
@csp_override({"default-src": [CSP.NONE], "sandbox": "", "frame-ancestors": [CSP.NONE]})
def serve(request, public_id):
    upload = Upload.objects.filter(public_id=public_id).first()
    if upload is None or upload.is_held or not readers.may_read(request, upload):
        raise Http404  # the same answer whether or not there is such a file
    if request.actor:
        shown = f"upload:{upload.public_id}", upload.subject
        reading.note(request.actor, *shown, what=reading.What.DOWNLOADED)
    response = FileResponse(
        upload.file.open("rb"),
        as_attachment=True,
        filename=upload.name,
        content_type=upload.content_type,
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
