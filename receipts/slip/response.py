"""Handing an issued slip to a browser."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from receipts.models import SlipIssue
from receipts.slip.content import clean
from receipts.slip.issue import read

FORBIDDEN_IN_NAMES = frozenset('/\\:*?"<>|%')


def file_name(issue: SlipIssue) -> str:
    """小票-小雨文具店-2026-11-22.pdf: what people look for in their downloads."""
    merchant = "".join(c for c in issue.payment.merchant.name if c not in FORBIDDEN_IN_NAMES)
    parts = ("小票", clean(merchant, 40).strip(". "), f"{issue.payment.local_date:%Y-%m-%d}")
    return "-".join(part for part in parts if part) + ".pdf"


def slip_response(issue: SlipIssue, request: HttpRequest) -> HttpResponse:
    """The stored PDF of `issue`, or 304 where the browser holds it. Who may have it is decided
    before. Raises receipts.slip.issue.SlipFileLost."""
    content = read(issue)
    response = HttpResponse(content, content_type="application/pdf")
    # RFC 6266: an ASCII name for old programs, the real one beside it.
    response["Content-Disposition"] = (
        f'attachment; filename="slip-{issue.payment.local_date:%Y%m%d}-{issue.number}.pdf"; '
        f"filename*=UTF-8''{quote(file_name(issue), safe='')}"
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    response["ETag"] = quote_etag(issue.sha256)
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
