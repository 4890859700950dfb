"""Handing an issued slip to a browser."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from receipts.models import SlipIssue
from receipts.slip.content import clean
from receipts.slip.forms import FORMS
from receipts.slip.issue import read
from receipts.slip.picture import picture

FORBIDDEN_IN_NAMES = frozenset('/\\:*?"<>|%')
# What tells the other forms apart among the downloads.
MARKS: dict[str, str] = {SlipIssue.Form.MM58: "58mm", SlipIssue.Form.A4: "A4"}


def file_name(issue: SlipIssue, ending: str = "") -> str:
    """小票-小雨文具店-2026-11-22.pdf: what people look for in their downloads."""
    merchant = safe_in_names(issue.payment.merchant.name)
    day, mark = f"{issue.payment.local_date:%Y-%m-%d}", MARKS.get(issue.form, "")
    parts = ("小票", merchant, day, mark)
    return "-".join(filter(None, parts)) + f".{ending or FORMS[issue.form].ending}"


def safe_in_names(text: str) -> str:
    """Part of a file's name: no path, no wildcard, no control character, at most 40 characters."""
    kept = "".join(character for character in text if character not in FORBIDDEN_IN_NAMES)
    return clean(kept, 40).strip(". ")


def attachment(plain: str, name: str) -> str:
    """RFC 6266: an ASCII name for old programs, the real one beside it (RFC 5987)."""
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def slip_response(issue: SlipIssue, request: HttpRequest) -> HttpResponse:
    """The stored file of `issue`, or 304 where the browser holds it. Who may have it is decided
    before. Raises SlipFileLost and SlipNotReady."""
    form, tag = FORMS[issue.form], quote_etag(issue.sha256)
    if held := _not_modified(request, tag):
        return held
    response = HttpResponse(read(issue), content_type=form.content_type)
    response["Content-Disposition"] = attachment(_plain_name(issue, form.ending), file_name(issue))
    return _kept_private(response, tag)


def picture_response(issue: SlipIssue, request: HttpRequest) -> HttpResponse:
    """A picture of that PDF, shown in the browser: a long press saves it, in chat apps too.
    Raises SlipFileLost, SlipNotReady and receipts.slip.picture.NoPicture."""
    tag = quote_etag(f"{issue.sha256}-png")
    if held := _not_modified(request, tag):
        return held
    response = HttpResponse(picture(read(issue)), content_type="image/png")
    name = attachment(_plain_name(issue, "png"), file_name(issue, "png"))
    response["Content-Disposition"] = name.replace("attachment", "inline", 1)
    return _kept_private(response, tag)


def _plain_name(issue: SlipIssue, ending: str) -> str:
    return f"slip-{issue.payment.local_date:%Y%m%d}-{issue.number}.{ending}"


def _not_modified(request: HttpRequest, tag: str) -> HttpResponse | None:
    """304 where the browser holds these very bytes: the file need not be opened for that."""
    answer = get_conditional_response(request, etag=tag)
    return None if answer is None else _kept_private(answer, tag)


def _kept_private(response: HttpResponse, tag: str) -> HttpResponse:
    """For this browser alone, in no search engine."""
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    response["ETag"] = tag
    return response
