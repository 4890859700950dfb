"""What operations look at first: what came, what did not, what waits for somebody.

Everything here is bounded: a week of files, the reasons of open rows, the newest payments.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fnmatch import translate

from django.db.models import Count, Min
from django.utils import timezone

from receipts.imports import reasons
from receipts.models import FileSource, ImportFile, PutAside
from receipts.panel import aside
from receipts.watch import days as expected_days

DAYS = 7
State = ImportFile.State


@dataclass
class Cell:
    """What came from one source on one day."""

    day: date
    files: int = 0
    rows: int = 0
    put_aside: int = 0
    failed: int = 0
    disagrees: int = 0
    is_missing: bool = False


@dataclass
class Line:
    """One source and its days, the newest first. `key` is how lists are narrowed to it."""

    key: str
    name: str
    cells: list[Cell]
    source: FileSource | None = None

    @property
    def needs_a_look(self) -> bool:
        return any(cell.is_missing or cell.failed or cell.disagrees for cell in self.cells)


@dataclass(frozen=True)
class Missing:
    source: FileSource
    day: date


@dataclass(frozen=True)
class Reason:
    code: str
    words: str
    rows: int
    oldest: datetime | None


@dataclass
class Overview:
    days: list[date]
    lines: list[Line]
    missing: list[Missing]
    reasons: list[Reason] = field(default_factory=list)
    waiting: Reason | None = None

    @property
    def open_rows(self) -> int:
        return sum(reason.rows for reason in self.reasons)

    def _today(self, name: str) -> int:
        return sum(getattr(line.cells[0], name) for line in self.lines)

    @property
    def files_today(self) -> int:
        return self._today("files")

    @property
    def rows_today(self) -> int:
        return self._today("rows")

    @property
    def disagreeing(self) -> int:
        return sum(cell.disagrees for line in self.lines for cell in line.cells)

    @property
    def failed(self) -> int:
        return sum(cell.failed for line in self.lines for cell in line.cells)

    @property
    def is_calm(self) -> bool:
        return not (self.missing or self.open_rows or self.disagreeing or self.failed)


def overview(now: datetime | None = None) -> Overview:
    now = now or timezone.now()
    today = timezone.localdate(now)
    days = [today - timedelta(days=ago) for ago in range(DAYS)]
    sources = list(FileSource.objects.order_by("name"))
    lines, covered = _lines(sources, days)
    missing = _mark_missing(lines, covered, now)
    lines.sort(key=lambda line: (not line.needs_a_look, line.source is None, line.name))
    counted, waiting = _reasons()
    return Overview(days, lines, missing, counted, waiting)


# --- what came -----------------------------------------------------------------------------------


def first_moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def _lines(sources: list[FileSource], days: list[date]) -> tuple[list[Line], dict[str, set[date]]]:
    """The lines, and for which days a file of each source was read to its end."""
    found = {
        source.name: Line(source.name, source.name, _cells(days), source) for source in sources
    }
    covered: dict[str, set[date]] = defaultdict(set)
    source_of = _classifier(sources)
    files = ImportFile.objects.filter(started_at__gte=first_moment(days[-1]))
    columns = ("name", "format", "state", "started_at", "finished_at", "read", "put_aside")
    for name, format, state, started, finished, *counts in files.values_list(*columns, "disagrees"):
        source = None
        if format == "feed":
            client = name.removeprefix("feed ").rsplit(" ", 1)[0]
            key, title = f"{aside.FEED}{client}", client
        else:
            source = source_of(name)
            key, title = (source.name, source.name) if source else (aside.OTHER, "")
        line = found.setdefault(key, Line(key, title, _cells(days)))
        _count(line, days, started, state, counts)
        if source and finished and state == State.DONE:
            covered[source.name].add(source.day_of(finished))
    return list(found.values()), covered


def _cells(days: list[date]) -> list[Cell]:
    return [Cell(day) for day in days]


def _count(line: Line, days: list[date], started: datetime, state: str, counts: list) -> None:
    read, put_aside, disagrees = counts
    ago = (days[0] - timezone.localdate(started)).days
    if not 0 <= ago < len(days):
        return
    cell = line.cells[ago]
    cell.files += 1
    cell.failed += state == State.FAILED
    cell.rows += read
    cell.put_aside += put_aside
    cell.disagrees += disagrees


def _classifier(sources: list[FileSource]):
    """File name → its source, the first by name whose pattern matches: one expression for all, as
    there are hundreds of sources and thousands of files."""
    if not sources:
        return lambda name: None
    one = re.compile("|".join(f"({translate(source.pattern)})" for source in sources))

    def source_of(name: str) -> FileSource | None:
        match = one.match(name)
        return sources[match.lastindex - 1] if match and match.lastindex else None

    return source_of


# --- what is missing -----------------------------------------------------------------------------


def _mark_missing(lines: list[Line], covered: dict, now: datetime) -> list[Missing]:
    """Marks each day's cell; the answer has one for each source whose last due file is missing."""
    missing = []
    for line in lines:
        source = line.source
        if source is None or source.due_at is None:
            continue
        for cell in line.cells:
            late = source.late_from(cell.day)
            cell.is_missing = (
                late is not None
                and source.watched_from < late <= now
                and cell.day not in covered[source.name]
                and expected_days.is_expected(source.days, cell.day)
            )
        last = next((cell for cell in line.cells if cell.is_missing), None)
        if last and not any(day > last.day for day in covered[source.name]):
            missing.append(Missing(source, last.day))
    return sorted(missing, key=lambda each: (each.day, each.source.name))


# --- what waits ----------------------------------------------------------------------------------


def _reasons() -> tuple[list[Reason], Reason | None]:
    """Open rows by reason, the most frequent first; and refunds that wait for their original."""
    rows = PutAside.objects.filter(state__in=[PutAside.State.OPEN, PutAside.State.WAITING])
    counted = list(
        rows.values_list("state", "reason").annotate(n=Count("pk"), oldest=Min("pk")).order_by("-n")
    )
    oldest = PutAside.objects.filter(pk__in=[row[3] for row in counted])
    came = dict(oldest.values_list("pk", "created_at"))
    made = [
        (state, Reason(code, reasons.of_row(code), number, came.get(pk)))
        for state, code, number, pk in counted
    ]
    waiting = next((reason for state, reason in made if state == PutAside.State.WAITING), None)
    return [reason for state, reason in made if state == PutAside.State.OPEN], waiting
