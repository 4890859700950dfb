"""Handing a file out: as a download, or a picture small; sandboxed, never kept by a cache."""

from django.http import FileResponse, Http404, HttpResponse
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from portal.audit import reading
from portal.uploads import readers
from portal.uploads.models import Upload

ALONE = {"default-src": [CSP.NONE], "sandbox": "", "frame-ancestors": [CSP.NONE]}


@require_safe
@csp_override(ALONE)
def serve(request, public_id):
    upload = _readable(request, public_id)
    if request.actor:
        shown = f"upload:{upload.public_id}", upload.subject
        reading.note(request.actor, *shown, what=reading.What.DOWNLOADED)
    response = FileResponse(
        upload.file.open("rb"),
        as_attachment=True,
        filename=upload.name,
        content_type=upload.content_type,
    )
    return _kept_apart(response)


@require_safe
@csp_override(ALONE)
def preview(request, public_id):
    """A picture small, as a part of its case: who asks for it has opened that."""
    upload = _readable(request, public_id)
    if not upload.is_picture:
        raise Http404
    if request.actor:
        reading.note(request.actor, upload.subject)
    from portal.uploads import previews  # the decoders are heavy

    try:
        drawn = previews.small(upload)
    except OSError:  # lost, or no picture any more: the page names it all the same
        raise Http404 from None
    response = HttpResponse(drawn, content_type="image/jpeg")
    response["Content-Disposition"] = "inline"
    return _kept_apart(response)


def _readable(request, public_id) -> Upload:
    """Raises Http404, alike whether or not there is such a file."""
    upload = Upload.objects.filter(public_id=public_id).first()
    if upload is None or upload.is_held or not readers.may_read(request, upload):
        raise Http404
    return upload


def _kept_apart(response):
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
