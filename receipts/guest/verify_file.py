"""A slip as a file: checked without being kept; and what a reader of PDF needs to check it."""

from contextlib import suppress

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from portal.gate.address import client_address, household
from receipts.guest.verify import LATER, form, result
from receipts.models import SigningCertificate
from receipts.slip import data, signing, uploaded, verifying

ROOM_FOR_THE_FORM = 16 * 1024  # bytes that a form takes beside its file


# Nothing is changed by it, and the body of a stranger's upload must not be read before its size is.
@csrf_exempt
@require_POST
def verify_file(request: HttpRequest) -> HttpResponse:
    if _length(request) > uploaded.LARGEST + ROOM_FOR_THE_FORM:
        return form(request, file_error=_too_large(), status=413)
    try:
        verifying.count_file(household(client_address(request)))
    except verifying.TooManyTries as limit:
        return render(request, LATER, {"until": limit.until, "files": True}, status=429)
    request.upload_handlers = [MemoryFileUploadHandler(request)]  # never on a disk
    sent = request.FILES.get("file")
    if sent is None:
        return form(request, file_error=_("请选一个 PDF 文件。"))
    if (sent.size or 0) > uploaded.LARGEST:
        return form(request, file_error=_too_large(), status=413)
    answer = uploaded.by_file(sent.read())
    context = {"standing": str(answer)} if isinstance(answer, uploaded.File) else result(answer)
    return render(request, "receipts/guest/verify_result.html", context)


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _too_large() -> str:
    return _("这个文件超过 2 MB，不会是我们出具的小票。")


@require_safe
def reader(request: HttpRequest) -> HttpResponse:
    """How to check a slip with an ordinary reader of PDF, without this portal."""
    context = {"certificates": [_described(row) for row in _certificates()]}
    return render(request, "receipts/guest/verify_reader.html", context)


def _described(row: SigningCertificate) -> dict:
    certificate = _first(row)
    mark = row.fingerprint.upper()
    return {
        "name": _name(certificate),
        "until": certificate.not_valid_after_utc,
        "since": row.first_used_at,
        "fingerprint": " ".join(mark[start : start + 4] for start in range(0, len(mark), 4)),
    }


def _name(certificate: x509.Certificate) -> str:
    """The common name as a PDF reader shows it, or all of the subject where it has none."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


def _certificates() -> list[SigningCertificate]:
    """Those that signed so far, the newest first; before the first slip, the one that will."""
    if not SigningCertificate.objects.exists():
        with suppress(signing.KeyUnusable):
            signing.remember(signing.key(), timezone.now())
    return list(SigningCertificate.objects.all()[:50])


def _first(row: SigningCertificate) -> x509.Certificate:
    return x509.load_pem_x509_certificates(row.pem.encode())[0]


@require_safe
def certificate(request: HttpRequest) -> HttpResponse:
    """All that signed so far, the newest first, with their issuers."""
    rows = _certificates()
    if not rows:
        raise Http404
    response = HttpResponse("".join(row.pem for row in rows), "application/x-pem-file")
    response["Content-Disposition"] = (
        f'attachment; filename="slip-certificates-{timezone.localdate():%Y%m%d}.pem"'
    )
    return response


@require_safe
def certificate_der(request: HttpRequest) -> HttpResponse:
    """The newest alone, in the form that readers of PDF import."""
    rows = _certificates()
    if not rows:
        raise Http404
    der = _first(rows[0]).public_bytes(serialization.Encoding.DER)
    response = HttpResponse(der, "application/pkix-cert")
    response["Content-Disposition"] = 'attachment; filename="slip-certificate.cer"'
    return response


@require_safe
def data_schema(request: HttpRequest, version: int) -> HttpResponse:
    """The JSON Schema of the data that a slip's PDF carries."""
    if version != data.VERSION:
        raise Http404
    return HttpResponse(data.SCHEMA.read_bytes(), content_type="application/schema+json")
