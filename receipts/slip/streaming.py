"""A large stored file to a browser, piece by piece; from the middle where a download broke off."""

import re
from collections.abc import Iterator

from django.core.files import File
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

PIECE = 64 * 1024  # bytes
ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


def stored_response(
    request: HttpRequest, file: File, *, size: int, sha256: str, content_type: str
) -> HttpResponseBase:
    """`file` from where the request wants it; 304 where the browser holds it (RFC 9110, 13 and 14:
    one range; more than one, or one that depends on another file, gets the whole)."""
    etag = quote_etag(sha256)
    if held := get_conditional_response(request, etag=etag):
        file.close()
        return held
    wanted = _range(request, size, etag)
    if wanted is None:
        first, last, status = 0, size - 1, 200
    else:
        (first, last), status = wanted, 206
    if first > last:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response = StreamingHttpResponse(
        _pieces(file, first, last - first + 1), status=status, content_type=content_type
    )
    response["Content-Length"] = str(last - first + 1)
    if status == 206:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def _range(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """First and last byte; first > last where there is no such part; None for the whole."""
    match = ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    if not match or match.groups() == ("", "") or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = match.groups()
    if not first:
        return max(size - int(last), 0), size - 1 if int(last) else -1
    return int(first), min(int(last or size), size - 1)


def _pieces(file: File, start: int, left: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
