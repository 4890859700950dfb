"""One file into the payments: read, check, merge, put aside; as often as need be, with one result.

A file is cut into chunks of a fixed number of records, and each chunk is one transaction that also
moves the file's own counter. So a load that was killed goes on where its last chunk ended, and two
loads of one file at the same time share the work; either way each chunk is merged once, in order,
and the end is the same as that of one load left alone.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from portal import audit
from portal.accounts.actor import Actor
from receipts.imports import formats, kept, opening, reading, reasons, staging, totals, trial
from receipts.imports.ahead import read_ahead
from receipts.imports.blocks import AT_ONCE, BlockReader
from receipts.imports.chunk import ChunkMerge, counts
from receipts.imports.reading import NotReadable
from receipts.imports.rows import Chunk, RowReader
from receipts.imports.sheet import Sheet, opened
from receipts.imports.waiting import WaitingReversals
from receipts.models import ImportFile, PutAside, WaitingKey

log = structlog.get_logger()

# Records in a chunk. On SQLite a chunk holds the only write lock there is, so it ends well under a
# second; the number is fixed, not measured, so that every load of a file cuts it at the same rows.
CHUNK = {"sqlite": 4_000, "postgresql": 20_000}
ATTEMPTS = 6  # at each step, when the database is busy or went away


@dataclass(frozen=True)
class Loaded:
    """What came of a file. `file` is None where there was no file to make a record of."""

    path: Path
    file: ImportFile | None = None
    already: bool = False  # these bytes were loaded before; nothing was done now
    shared: bool = False  # another load of the same bytes did some of it, or all; or an earlier one
    error: str = ""  # a code of receipts.imports.reasons, or a format's own
    message: str = ""  # what a format says of the file, in the reader's language

    @property
    def is_readable(self) -> bool:
        return not self.error


def load_file(
    path: Path,
    format_name: str = "canonical",
    *,
    actor: Actor,
    on_progress: Callable[[int, int, int], None] | None = None,
) -> Loaded:
    """Load one file. `on_progress` is told records, bytes read and bytes in all, now and then.

    Raises formats.FormatError where the format itself is not to be had; whatever is wrong with the
    file is in the result.
    """
    path = Path(path)
    format = formats.get(format_name)
    try:
        known = reading.examine(path, format.encodings)
    except NotReadable as error:
        return Loaded(path, error=error.code)
    loaded = None
    while loaded is None:
        file, already = _patiently(lambda: _begin(path, format, known, actor))
        if already:
            return Loaded(path, file, already=True)
        loaded = _Load(path, format, known, file, actor, on_progress).run()
    return loaded


def _patiently[T](work: Callable[[], T]) -> T:
    """What is done in one transaction, and once more when the database is busy or went away; so it
    must be no matter whether it was done already."""
    for attempt in range(1, ATTEMPTS):
        try:
            return work()
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block:
                raise
            log.warning("import_step_again", error=type(error).__name__, attempt=attempt)
            connection.close_if_unusable_or_obsolete()
            time.sleep(0.1 * 2**attempt)
    return work()


def _begin(path, format, known, actor) -> tuple[ImportFile, bool]:
    """The record of this load: a new one, one that did not finish, or (and True) a finished one."""
    with transaction.atomic(), connection.cursor() as cursor:
        staging.prepare(cursor)
        file = (
            ImportFile.objects.filter(sha256=known.sha256, format_sha256=format.sha256)
            .exclude(state=ImportFile.State.FAILED)
            .first()
        )
        if file is None:
            kept.keep(format)
            file = ImportFile.objects.create(
                name=path.name[-200:],
                format=format.name,
                sha256=known.sha256,
                format_sha256=format.sha256,
                encoding=known.encoding,
                size=known.size,
                started_by=actor.id,
            )
            type_ = "import_started"
        elif file.state == ImportFile.State.RUNNING:
            type_ = "import_resumed"
        else:
            return file, True
        audit.record(
            f"import:{file.pk}",
            type_,
            actor=actor,
            after={"format": file.format, "sha256": file.sha256, "size": file.size},
        )
        return file, False


class _Load:
    def __init__(self, path, format, known, file, actor, on_progress):
        self.path, self.format, self.known, self.actor = path, format, known, actor
        self.file: ImportFile = file
        self.on_progress = on_progress or (lambda *_: None)
        self.waiting = WaitingReversals()
        self.no_totals: list[dict] = []  # of a file without a record
        self.position = 0
        self.merged = 0  # records, by this load itself

    def run(self) -> Loaded | None:
        """None where another load of these bytes found its file changed and gave the record up."""
        try:
            with opening.opened(self.path) as source:
                sheet, reader = self._opened(source)
                chunks = self._chunks(sheet, reader, source)
                # SQLite's one write lock is let go while the next chunk is read.
                for chunk in read_ahead(chunks) if staging.is_postgres() else chunks:
                    is_ours = _patiently(lambda: self._merge(chunk))  # noqa: B023  done at once
                    self.merged += chunk.read if is_ours else 0
                    self.on_progress(chunk.start + chunk.read, self.position, self.known.size)
                if sheet.digest != self.known.sha256:
                    raise NotReadable("changed_while_read")
        except NotReadable as error:
            return self._failed(error.code, self._with_advice(error.code, ""))
        except OSError:
            return self._failed("not_permitted")
        except formats.FormatError as error:
            return self._failed(error.code, self._with_advice(error.code, str(error)))
        return _patiently(lambda: self._finished(sheet))

    # --- reading ---------------------------------------------------------------------------------

    def _opened(self, source) -> tuple[Sheet, RowReader]:
        sheet = opened(source, self.known.encoding, self.format)
        reader = RowReader.of(sheet.placed, self.format, timezone.now())
        reader.tally = sheet.tally(reader)
        self.no_totals = reader.tally.result() if reader.tally else []
        return sheet, reader

    def _chunks(self, sheet: Sheet, reader: RowReader, source) -> Iterator[Chunk]:
        size, start = CHUNK[connection.vendor], self.file.read
        numbered = iter(sheet)
        for _done_by_an_earlier_load in range(start):
            next(numbered, None)
        blocks = BlockReader(reader, as_text=staging.is_postgres())
        chunk = reader.start_chunk(start)
        while block := list(islice(numbered, min(AT_ONCE, size - chunk.read))):
            blocks.take(block)
            if chunk.read == size:
                self.position = source.tell()
                yield reader.end_chunk().make_ready()
                start += size
                chunk = reader.start_chunk(start)
        self.position = source.tell()
        yield reader.end_chunk().make_ready()

    # --- merging ---------------------------------------------------------------------------------

    def _merge(self, chunk: Chunk) -> bool:
        """Whether this load merged it."""
        with transaction.atomic(), connection.cursor() as cursor:
            staging.prepare(cursor)
            return ChunkMerge(cursor, self.file.pk, chunk, self.waiting).run()

    # --- the end ---------------------------------------------------------------------------------

    def _finished(self, sheet: Sheet) -> Loaded | None:
        with transaction.atomic():
            file = ImportFile.objects.select_for_update().get(pk=self.file.pk)
            if file.state == ImportFile.State.FAILED:
                return None
            if file.state == ImportFile.State.RUNNING:
                file.state, file.finished_at = ImportFile.State.DONE, timezone.now()
                file.totals, file.disagrees = totals.compared(
                    totals.added(file.totals, self.no_totals),
                    sheet.said,
                    self.format.totals.required,
                )
                file.save(update_fields=["state", "finished_at", "totals", "disagrees"])
                self._supersede(file)
                audit.record(
                    f"import:{file.pk}", "import_finished", actor=self.actor, after=self._told(file)
                )
        log.info("import_finished", file=file.pk, **counts(file))
        if file.disagrees:
            log.error("import_totals_disagree", file=file.pk)
        return Loaded(self.path, file, shared=self.merged < file.read)

    @staticmethod
    def _told(file: ImportFile) -> dict:
        return counts(file) | ({"totals_disagree": True} if file.disagrees else {})

    @staticmethod
    def _supersede(file: ImportFile) -> None:
        """The same bytes under an earlier mapping: what that put aside has been judged anew."""
        old = PutAside.objects.filter(import_file__sha256=file.sha256).exclude(
            Q(import_file=file) | Q(state__in=[PutAside.State.SOLVED, PutAside.State.DROPPED])
        )
        WaitingKey.objects.filter(row__in=old).delete()
        old.update(
            state=PutAside.State.SOLVED,
            solved_as=PutAside.Solved.SUPERSEDED,
            solved_at=timezone.now(),
        )

    def _with_advice(self, code: str, message: str) -> str:
        """Where the format is not the file's: which one is."""
        if code not in {"no_header", "column_missing", "column_doubled", "no_rows"}:
            return message
        advice = trial.about_file(self.path, self.format)
        return "\n".join([message or reasons.of_file(code), *advice]) if advice else message

    def _failed(self, code: str, message: str = "") -> Loaded:
        return _patiently(lambda: self._given_up(code, message))

    def _given_up(self, code: str, message: str) -> Loaded:
        with transaction.atomic():
            file = ImportFile.objects.select_for_update().get(pk=self.file.pk)
            if file.state == ImportFile.State.RUNNING:
                file.state, file.finished_at = ImportFile.State.FAILED, timezone.now()
                file.error = code
                file.save(update_fields=["state", "finished_at", "error"])
                audit.record(
                    f"import:{file.pk}",
                    "import_failed",
                    actor=self.actor,
                    after=counts(file),
                    reason=code,
                )
        log.warning("import_failed", file=file.pk, error=code)
        return Loaded(self.path, file, error=code, message=message)
