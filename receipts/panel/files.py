"""Files that brought payments and the rows of them that were put aside."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

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


def reasons_of(file: ImportFile) -> list:
    """Reason → how many rows, most first."""
    rows = PutAside.objects.filter(import_file=file)
    return list(rows.values("reason").annotate(n=Count("pk")).order_by("-n", "reason"))


def rows_of(file: ImportFile, reason: str = "", after: str = "") -> Page:
    """Rows put aside from that file, in its order; of one reason where named."""
    rows = PutAside.objects.filter(import_file=file).order_by("line")
    if reason:
        rows = rows.filter(reason=reason)
    if after.isdecimal() and len(after) < 10:
        rows = rows.filter(line__gt=int(after))
    found = list(rows[: PAGE + 1])
    return Page(found[:PAGE], found[PAGE - 1].line if len(found) > PAGE else None)
