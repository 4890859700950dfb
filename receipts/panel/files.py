"""Files that brought payments and the rows of them that were put aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import Count, QuerySet

from receipts.finding.days import day_bounds
from receipts.imports import field_names, reasons
from receipts.models import ImportFile, PutAside
from receipts.panel import aside

PAGE = 50


@dataclass(frozen=True)
class Page:
    rows: list
    next: int | None


@dataclass(frozen=True)
class Wanted:
    """What the list of files is narrowed to; what nobody could have meant narrows nothing."""

    source: str = ""
    day: date | None = None
    only: str = ""  # failed | disagrees

    @classmethod
    def read(cls, query) -> Wanted:
        try:
            day = date.fromisoformat(query.get("day", ""))
        except ValueError:
            day = None
        source, only = query.get("source", ""), query.get("only", "")
        return cls(
            source=source if len(source) <= 80 and "\0" not in source else "",
            day=day if day and day.year > 2000 else None,
            only=only if only in {"failed", "disagrees"} else "",
        )

    @property
    def query(self) -> str:
        day = self.day.isoformat() if self.day else ""
        facts = {"source": self.source, "day": day, "only": self.only}
        return urlencode({name: value for name, value in facts.items() if value})

    def files(self) -> QuerySet[ImportFile]:
        files = aside.files_of(self.source) if self.source else ImportFile.objects.all()
        if self.day:
            start, end = day_bounds(self.day)
            files = files.filter(started_at__gte=start, started_at__lt=end)
        if self.only == "failed":
            files = files.filter(state=ImportFile.State.FAILED)
        elif self.only:
            files = files.filter(disagrees=True)
        return files


def page(wanted: Wanted, before: str = "") -> Page:
    """Files, newest first."""
    files = wanted.files().order_by("-pk")
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
