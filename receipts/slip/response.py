"""Handing an issued slip to a browser."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from receipts.models import SlipIssue
from receipts.slip.content import clean
from receipts.slip.forms import FORMS
from receipts.slip.issue import read

FORBIDDEN_IN_NAMES = frozenset('/\\:*?"<>|%')


def file_name(issue: SlipIssue) -> str:
    """小票-小雨文具店-2026-11-22.pdf: what people look for in their downloads."""
    merchant = "".join(c for c in issue.payment.merchant.name if c not in FORBIDDEN_IN_NAMES)
    parts = ("小票", clean(merchant, 40).strip(". "), f"{issue.payment.local_date:%Y-%m-%d}")
    return "-".join(part for part in parts if part) + f".{FORMS[issue.form].ending}"


def attachment(plain: str, name: str) -> str:
    """RFC 6266: an ASCII name for old programs, the real one beside it (RFC 5987)."""
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def slip_response(issue: SlipIssue, request: HttpRequest) -> HttpResponse:
    """The stored file of `issue`, or 304 where the browser holds it. Who may have it is decided
    before. Raises SlipFileLost and SlipNotReady."""
    form = FORMS[issue.form]
    response = HttpResponse(read(issue), content_type=form.content_type)
    plain = f"slip-{issue.payment.local_date:%Y%m%d}-{issue.number}.{form.ending}"
    response["Content-Disposition"] = attachment(plain, file_name(issue))
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    response["ETag"] = quote_etag(issue.sha256)
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
