"""Rows that were put aside, corrected or not, through the loader once more.

The same reader, checks, identity and merge as for a file or the feed, under the same lock; only
what becomes of a row is written on the row, not counted in its file. The file's counts tell what
its load did: read = created + updated + unchanged + put aside stays true, and each row that was
put aside says by itself how it went in since (docs/decisions/put-aside-rows.md).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from portal import audit
from portal.accounts.access import FILE_STAFF
from portal.accounts.actor import Actor
from receipts.imports import formats, kept, staging
from receipts.imports.asking import AskedWaiting
from receipts.imports.chunk import ChunkMerge
from receipts.imports.columns import AT
from receipts.imports.formats import Format
from receipts.imports.rows import Chunk, Refused
from receipts.models import Payment, PutAside, RowTry, WaitingKey

BATCH = 500  # rows of one transaction: SQLite's one write lock is held well under a second
CHANGED = (
    *("state", "reason", "column", "row", "read_as"),
    *("tries", "solved_as", "solved_at", "waits_for"),
)
OPEN = (PutAside.State.OPEN, PutAside.State.WAITING, PutAside.State.DROPPED)


class Stale(Exception):
    """Somebody did something about this row since it was looked at, or it went in by itself."""

    def __init__(self, row: PutAside):
        super().__init__(f"row {row.pk} is {row.state} after {row.tries} tries")
        self.row = row


@dataclass(frozen=True)
class Tried:
    """What became of one row: `result` is how it was solved, or the reason why it is not."""

    row: PutAside
    result: str

    @property
    def is_solved(self) -> bool:
        return self.row.state == PutAside.State.SOLVED


@dataclass
class _Attempt:
    row: PutAside
    fields: Mapping[str, str]
    changes: dict[str, list[str]] = field(default_factory=dict)


def may(actor: Actor) -> bool:
    return actor.kind == "system" or (actor.is_institution and actor.role in FILE_STAFF)


def check(actor: Actor) -> None:
    if not may(actor):
        raise PermissionDenied


def correct(
    row: PutAside, fields: Mapping[str, str], *, seen: int, actor: Actor, format_name: str = ""
) -> Tried:
    """Try one row again with these fields instead of what was kept of it.

    `seen` is the row's `tries` when the person saw it. `format_name` is the notation of the
    fields, that of the row without one. Raises Stale, formats.FormatError, PermissionDenied.
    """
    check(actor)
    with transaction.atomic(), connection.cursor() as cursor:
        staging.prepare(cursor)
        row = _locked([row.pk])[0]
        if row.tries != seen or row.state not in OPEN:
            raise Stale(row)
        format = formats.get(format_name) if format_name else kept.format_of(row)
        before = kept.fields_of(row)
        after = {field: text for field, text in fields.items() if text}
        attempt = _Attempt(row, after, _changes(before, after))
        tried = _try(cursor, format, [attempt], actor)[0]
        audit.record(
            f"import:{row.import_file_id}",
            "row_corrected" if attempt.changes else "row_retried",
            actor=actor,
            after={
                "line": row.line,
                "fields": sorted(attempt.changes),
                "result": tried.result,
                "state": str(tried.row.state),
            },
        )
        return tried


def retry(rows: Iterable[int], *, actor: Actor, format_name: str = "") -> list[Tried]:
    """Try the rows with these ids again as they were kept, all in one transaction; those that are
    no longer open are left out. `format_name` is the format to read them in (a mended mapping),
    each in its file's own without one.

    Raises formats.FormatError where a format is gone, PermissionDenied.
    """
    check(actor)
    tried: list[Tried] = []
    with transaction.atomic(), connection.cursor() as cursor:
        staging.prepare(cursor)
        groups: dict[tuple[int, str], tuple[Format, list[_Attempt]]] = {}
        for row in _locked(rows):
            if row.state != PutAside.State.OPEN:
                continue
            # What was read once and put aside later is no longer in its file's notation.
            is_own = kept.is_staged(row.row) or not format_name
            format = kept.format_of(row) if is_own else formats.get(format_name)
            attempt = _Attempt(row, kept.fields_of(row))
            group = groups.setdefault((row.import_file_id, format.sha256), (format, []))
            group[1].append(attempt)
        for (file_id, _sha256), (format, attempts) in groups.items():
            done = _try(cursor, format, attempts, actor)
            tried += done
            audit.record(
                f"import:{file_id}",
                "rows_retried",
                actor=actor,
                after={"format": format.name, "tried": len(done), **_summed(done)},
            )
    return tried


def _locked(ids: Iterable[int]) -> list[PutAside]:
    rows = PutAside.objects.select_for_update(of=("self",)).select_related("import_file")
    return list(rows.filter(pk__in=list(ids)).order_by("import_file_id", "line"))


def _summed(tried: list[Tried]) -> dict[str, int]:
    results = [str(each.result) if each.is_solved else "put_aside" for each in tried]
    return {result: results.count(result) for result in sorted(set(results))}


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, list[str]]:
    safe = kept.keepable(after)
    return {
        name: [before.get(name, ""), safe.get(name, "")]
        for name in sorted({*before, *after})
        if before.get(name, "") != after.get(name, "")
    }


def _try(cursor, format: Format, attempts: list[_Attempt], actor: Actor) -> list[Tried]:
    """Rows of one file, in one notation."""
    kept.keep(format)
    reader = kept.reader(format, timezone.now())
    chunk = reader.start_chunk(0)
    for attempt in attempts:
        line = attempt.row.line
        cut = next((n for n, text in attempt.fields.items() if kept.was_cut(n, text)), "")
        if cut:
            chunk.read += 1
            chunk.refused.append(Refused(line, "cut_when_kept", cut))
        else:
            reader.take(line, kept.record(attempt.fields))
    merge = RetryMerge(cursor, chunk, attempts)
    merge.run()
    return _written(merge, attempts, format, actor)


def _written(merge: "RetryMerge", attempts, format: Format, actor: Actor) -> list[Tried]:
    """Each row as it is now, and what was done about it."""
    now, results = timezone.now(), merge.results()
    tried, history = [], []
    for attempt in attempts:
        row, result = attempt.row, results[attempt.row.line]
        row.tries += 1
        if result in PutAside.Solved.values:
            row.state, row.solved_as, row.solved_at = PutAside.State.SOLVED, result, now
            row.waits_for = ""
        else:
            again = merge.again[row.line]
            row.state, row.reason, row.column = again.state, again.reason, again.column
            row.solved_as, row.solved_at, row.waits_for = "", None, again.waits_for
        # A reversal waits as it was staged; whatever else is kept as its fields.
        if row.state == PutAside.State.WAITING:
            row.row, row.read_as = merge.again[row.line].row, ""
        else:
            row.row = kept.keepable(attempt.fields, format.around)
            row.read_as = "" if format.name == row.import_file.format else format.name
        tried.append(Tried(row, result))
        history.append(
            RowTry(
                row=row,
                number=row.tries,
                by=actor.id,
                at=now,
                changes=attempt.changes,
                result=result,
            )
        )
    PutAside.objects.bulk_update([each.row for each in tried], CHANGED, batch_size=100)
    RowTry.objects.bulk_create(history, batch_size=200)
    WaitingKey.objects.bulk_create(
        WaitingKey(row_id=merge.pks[again.line], key=key)
        for again, keys in merge.rows_aside
        for key in keys
    )
    return tried


class RetryMerge(ChunkMerge):
    """What a chunk does, for rows whose load is over: nothing of their file changes."""

    def __init__(self, cursor, chunk: Chunk, attempts: list[_Attempt]):
        first = attempts[0].row
        super().__init__(cursor, first.import_file_id, chunk, AskedWaiting())
        self.effect = f"put_aside:{first.pk}:{first.tries + 1}"
        self.pks = {attempt.row.line: attempt.row.pk for attempt in attempts}
        self.lines = [attempt.row.line for attempt in attempts]
        self.again: dict[int, PutAside] = {}

    def run(self) -> bool:
        # Whoever waits among them is tried by itself, not found as waiting.
        WaitingKey.objects.filter(row__in=list(self.pks.values())).delete()
        for refused in self.chunk.refused:
            self._put_aside(refused.line, refused.reason, refused.column)
        if self.chunk.payments or self.chunk.reversals:
            self._merge(self.chunk.payments, self.chunk.reversals)
        self._tell()
        self.again = {row.line: row for row, _keys in self.rows_aside}
        return True

    def _solve(self, row: PutAside, changed: bool) -> None:
        """Also one of this same file: its load is over, so it stays as what was put aside."""
        self._no_longer_waiting(row, PutAside.State.SOLVED, row.reason)

    def results(self) -> dict[int, str]:
        """Line → how it was solved, or why not."""
        ids = {row[AT.id]: row[0] for row in self.chunk.payments}
        found = Payment.objects.filter(pk__in=list(ids)).values_list("pk", flat=True)
        created = {ids[pk.hex] for pk in found}
        updated = set(self.updated_lines)

        def of(line: int) -> str:
            if row := self.again.get(line):
                return row.reason
            if line in created:
                return PutAside.Solved.CREATED
            return PutAside.Solved.UPDATED if line in updated else PutAside.Solved.UNCHANGED

        return {line: str(of(line)) for line in self.lines}
