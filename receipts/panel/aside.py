"""Rows that were put aside: the list that operations work through, and what narrows it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from receipts.imports import reasons
from receipts.models import FileSource, ImportFile, PutAside

PAGE = 50
ALL = "all"
FEED = "feed:"  # + the client's name, as a source
OTHER = "other"  # files of no source


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to; what nobody could have meant narrows nothing."""

    state: str = PutAside.State.OPEN
    reason: str = ""
    file: int | None = None
    source: str = ""

    @classmethod
    def read(cls, query) -> Wanted:
        state, reason = query.get("state", ""), query.get("reason", "")
        file, source = query.get("file", ""), query.get("source", "")
        return cls(
            state=state if state in {*PutAside.State.values, ALL} else PutAside.State.OPEN,
            reason=reason if reason in reasons.ROW else "",
            file=int(file) if file.isdecimal() and len(file) < 10 else None,
            source=source if len(source) <= 80 and "\0" not in source else "",
        )

    def query(self, **changes) -> str:
        wanted = replace(self, **changes)
        facts = {
            "state": "" if wanted.state == PutAside.State.OPEN else wanted.state,
            "reason": wanted.reason,
            "file": wanted.file or "",
            "source": wanted.source,
        }
        return urlencode({name: value for name, value in facts.items() if value})

    def rows(self) -> QuerySet[PutAside]:
        rows = PutAside.objects.all()
        if self.state != ALL:
            rows = rows.filter(state=self.state)
        if self.reason:
            rows = rows.filter(reason=self.reason)
        if self.file:
            rows = rows.filter(import_file_id=self.file)
        if self.source:
            rows = rows.filter(import_file__in=files_of(self.source))
        return rows


@dataclass(frozen=True)
class Page:
    rows: list[PutAside]
    next: int | None


def page(wanted: Wanted, before: str = "") -> Page:
    """The newest rows first."""
    rows = wanted.rows().select_related("import_file").order_by("-pk")
    if before.isdecimal() and len(before) < 18:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE + 1])
    return Page(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)


def files_of(source: str) -> QuerySet[ImportFile]:
    """Files that came from a source: each from the first whose pattern its name matches."""
    files = ImportFile.objects.all()
    if source.startswith(FEED):
        return files.filter(format="feed", name__startswith=f"feed {source.removeprefix(FEED)} ")
    files = files.exclude(format="feed")
    earlier = Q(pk__in=[])
    for name, pattern in FileSource.objects.order_by("name").values_list("name", "pattern"):
        matches = Q(name__regex=regex(pattern))
        if name == source:
            return files.filter(matches).exclude(earlier)
        earlier |= matches
    return files.exclude(earlier) if source == OTHER else files.none()


def regex(pattern: str) -> str:
    """A shell pattern as a regular expression that both databases read."""
    out, rest = "", pattern
    while rest:
        if match := re.match(r"\[(!?)(\]?[^\]\\]*)\]", rest):
            out += f"[{'^' if match[1] else ''}{match[2]}]"
            rest = rest[match.end() :]
            continue
        out += {"*": ".*", "?": "."}.get(rest[0]) or re.escape(rest[0])
        rest = rest[1:]
    return f"^{out}$"
