"""What one chunk of a file does, inside its one transaction."""

from uuid import UUID

import structlog
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from portal.outbox import post
from receipts.imports import places, totals
from receipts.imports.merge import PaymentMerge
from receipts.imports.reversing import ReversalMerge
from receipts.imports.rows import Chunk
from receipts.imports.waiting import (
    Entry,
    WaitingReversals,
    keys_of_original,
    keys_of_payment,
)
from receipts.models import ImportFile, PutAside, WaitingKey

log = structlog.get_logger()

NEWS_OF = 1_000  # payments that one piece of news names


def counts(file: ImportFile) -> dict[str, int]:
    return {
        "read": file.read,
        "created": file.created,
        "updated": file.updated,
        "unchanged": file.unchanged,
        "put_aside": file.put_aside,
    }


class ChunkMerge:
    """All that one chunk does, inside its transaction."""

    def __init__(self, cursor, file_id: int, chunk: Chunk, waiting: WaitingReversals):
        self.cursor, self.chunk, self.waiting = cursor, chunk, waiting
        self.file = ImportFile.objects.get(pk=file_id)
        self.effect = f"import:{file_id}:{chunk.start}"  # names what is told of it, once
        self.changed: dict[str, None] = {}
        self.rows_aside: list[tuple[PutAside, list[str]]] = []
        self.updated_lines: list[int] = []  # for who must answer for each row

    def run(self) -> bool:
        """Whether this load merged it: False where another load of this file was here first."""
        chunk, file = self.chunk, self.file
        if file.state != ImportFile.State.RUNNING or chunk.start + chunk.read <= file.read:
            return False
        if chunk.start != file.read:
            raise RuntimeError(
                f"chunk at {chunk.start} of import {file.pk}, which is at {file.read}"
            )
        file.read += chunk.read
        file.unchanged += chunk.no_news
        file.totals = totals.added(file.totals, chunk.totals)
        for refused in chunk.refused:
            self._put_aside(refused.line, refused.reason, refused.column, refused.row)
        if chunk.payments or chunk.reversals:
            self._merge(chunk.payments, chunk.reversals, chunk.ready)
        self._write_rows_aside()
        self._tell()
        file.save(update_fields=["totals", *counts(file)])
        return True

    def _merge(self, payments: list[list], reversals: list[list], ready=None) -> None:
        """By sets; a row that the database itself will not have is found by halving."""
        aside, updated = len(self.rows_aside), len(self.updated_lines)
        counted = counts(self.file)
        try:
            with transaction.atomic():
                self._merge_payments(payments, ready)
                self._merge_reversals(payments, reversals)
            return
        except (IntegrityError, DataError) as error:
            log.warning("import_chunk_halved", file=self.file.pk, error=type(error).__name__)
        del self.rows_aside[aside:]
        del self.updated_lines[updated:]
        for name, number in counted.items():
            setattr(self.file, name, number)
        if payments and reversals:  # whose originals may be any of these payments
            self._merge(payments, [])
            self._merge([], reversals)
            return
        rows = payments or reversals
        if len(rows) == 1:
            self._put_aside(rows[0][0], "database_refused", "", self._kept(rows[0]))
            return
        middle = len(rows) // 2
        for part in (rows[:middle], rows[middle:]):
            self._merge(part if payments else [], part if reversals else [])

    def _merge_payments(self, payments: list[list], ready) -> None:
        if not payments:
            return
        ids = places.resolve(self.cursor, self.chunk.places)
        result = PaymentMerge(self.cursor, ids, self.file.pk).run(payments, ready)
        self.file.created += result.created
        self.file.updated += result.updated
        self.file.unchanged += result.unchanged
        self.updated_lines += result.updated_lines
        self.changed |= dict.fromkeys(result.changed_ids)
        by_line = {row[0]: row for row in payments} if result.refused else {}
        for line, (reason, column) in result.refused.items():
            self._put_aside(line, reason, column, self._kept(by_line[line]))

    def _kept(self, row: list) -> dict[str, str]:
        place = self.chunk.places[row[1]]
        return Entry(row, place["merchant_no"], place["terminal_no"]).keepable()

    def _merge_reversals(self, payments: list[list], reversals: list[list]) -> None:
        """Those that waited for what has come now go first, then those of the chunk."""
        named = [(p["merchant_no"], p["terminal_no"]) for p in self.chunk.places]
        entries = []
        self.waiting.refresh()
        if self.waiting.keys:
            come = (key for row in payments for key in keys_of_payment(row, *named[row[1]]))
            entries = [Entry.waiting(row) for row in self.waiting.answered_by(come)]
        entries += [Entry(row, *named[row[1]]) for row in reversals]
        if not entries:
            return
        result = ReversalMerge(self.cursor, self.file.pk).run(entries)
        self.file.updated += result.updated
        self.file.unchanged += result.unchanged
        self.updated_lines += result.updated_lines
        self.changed |= dict.fromkeys(result.changed_ids)
        for entry in result.waiting:
            keys = keys_of_original(entry)
            self._put_aside(entry.row[0], "waiting", "", entry.keepable(), keys)
        for entry, reason in result.refused:
            if entry.put_aside is None:
                self._put_aside(entry.row[0], reason, "", entry.keepable())
            else:
                self._no_longer_waiting(entry.put_aside, PutAside.State.OPEN, reason)
        for row, changed in result.solved:
            self._solve(row, changed)

    def _solve(self, row: PutAside, changed: bool) -> None:
        """A row that waited for this. One of this same file was never put aside, seen from its
        end: sale and refund in one file count the same in whatever order they stand."""
        if row.import_file_id != self.file.pk:
            self._no_longer_waiting(row, PutAside.State.SOLVED, row.reason)
            return
        row.delete()
        self.file.put_aside -= 1
        if changed:
            self.file.updated += 1
        else:
            self.file.unchanged += 1

    @staticmethod
    def _no_longer_waiting(row: PutAside, state: str, reason: str) -> None:
        row.waiting_keys.all().delete()
        is_solved = state == PutAside.State.SOLVED
        row.state, row.reason = state, reason
        row.solved_as = PutAside.Solved.MATCHED if is_solved else ""
        row.solved_at = timezone.now() if is_solved else None
        row.save(update_fields=["state", "reason", "solved_as", "solved_at"])

    # --- putting aside and telling ---------------------------------------------------------------

    def _put_aside(self, line, reason, column="", row=None, keys=()) -> None:
        state = PutAside.State.WAITING if keys else PutAside.State.OPEN
        self.rows_aside.append(
            (
                PutAside(
                    import_file=self.file,
                    line=line,
                    column=column,
                    reason=reason,
                    row=row or {},
                    waits_for=keys[0] if keys else "",
                    state=state,
                ),
                list(keys),
            )
        )
        self.file.put_aside += 1

    def _write_rows_aside(self) -> None:
        PutAside.objects.bulk_create([row for row, _keys in self.rows_aside], batch_size=500)
        WaitingKey.objects.bulk_create(
            WaitingKey(row=row, key=key) for row, keys in self.rows_aside for key in keys
        )

    def _tell(self) -> None:
        """The floors above hear of payments that they may know and that are different now."""
        ids = list(self.changed)
        for part in range(0, len(ids), NEWS_OF):
            post.news(
                f"payment_changed:{self.effect}:{part}",
                topic="payment_changed",
                payments=[str(UUID(id)) for id in ids[part : part + NEWS_OF]],
            )
