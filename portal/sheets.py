"""Rows as a CSV file that a spreadsheet program may open: streamed, and no cell a formula."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.http import StreamingHttpResponse
from django.utils import timezone

# What Excel, LibreOffice and WPS read as the beginning of a formula, also after white space
# (OWASP, CSV Injection); the full-width forms, which some of them fold.
_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_MARK = "\ufeff"  # so that Excel reads UTF-8


class _Line:
    """What `csv.writer` writes to: hands each line back."""

    def write(self, line: str) -> str:
        return line


def cell(value) -> str:
    """As text; a text that a spreadsheet would calculate gets an apostrophe before it. Numbers stay
    numbers, negative ones too. Times are those of TIME_ZONE."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    return f"'{text}" if text.lstrip(" \n\u3000\u00a0").startswith(_BEGINNINGS) else text


def yuan(minor: int | None) -> str:
    """Fen as a number with two places that a spreadsheet adds up."""
    if minor is None:
        return ""
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"


class Number(str):
    """A text that is a number already, and no formula."""


def lines(head: Iterable, rows: Iterable[Iterable]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield _MARK + writer.writerow([cell(name) for name in head])
    for row in rows:
        yield writer.writerow([v if isinstance(v, Number) else cell(v) for v in row])


def response(name: str, head: Iterable, rows: Iterable[Iterable]) -> StreamingHttpResponse:
    """`rows` are asked for while the file goes out: nothing holds all of them."""
    answer = StreamingHttpResponse(lines(head, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    answer["X-Accel-Buffering"] = "no"
    return answer
