"""Files that brought payments and the rows of them that were put aside."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from receipts.imports import field_names, reasons
from receipts.models import ImportFile, PutAside

PAGE = 50


@dataclass(frozen=True)
class Page:
    rows: list
    next: int | None


def page(before: str = "") -> Page:
    """Files, newest first."""
    files = ImportFile.objects.order_by("-pk")
    if before.isdecimal() and len(before) < 18:
        files = files.filter(pk__lt=int(before))
    rows = list(files[: PAGE + 1])
    return Page(rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None)


@dataclass(frozen=True)
class Reason:
    code: str
    words: str
    rows: int


def reasons_of(file: ImportFile) -> list[Reason]:
    """Why its rows were put aside, the most frequent first."""
    rows = PutAside.objects.filter(import_file=file).values_list("reason")
    counted = rows.annotate(n=Count("pk")).order_by("-n", "reason")
    return [Reason(code, reasons.of_row(code), number) for code, number in counted]


def rows_of(file: ImportFile, reason: str = "", after: str = "") -> Page:
    """Rows put aside from that file with their reasons and columns in words, in its order."""
    rows = PutAside.objects.filter(import_file=file).order_by("line")
    if reason:
        rows = rows.filter(reason=reason)
    if after.isdecimal() and len(after) < 10:
        rows = rows.filter(line__gt=int(after))
    found = list(rows[: PAGE + 1])
    told = [
        (row, reasons.of_row(row.reason), field_names.of(row.column) if row.column else "")
        for row in found[:PAGE]
    ]
    return Page(told, found[PAGE - 1].line if len(found) > PAGE else None)
