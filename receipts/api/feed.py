"""Payments that an acquirer's host pushes as they happen: JSON items through the files' loader.

An item is a row of the canonical format by another road: the same reader, checks, identity and
merge. A client's items of one day (Asia/Shanghai) are one ImportFile, so what a feed brought is
counted, put aside and retried as what a file brought.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from django.db import connection, transaction
from django.utils import timezone

from portal import audit
from portal.accounts.actor import Actor
from receipts.imports import cells, formats, staging
from receipts.imports.asking import AskedWaiting
from receipts.imports.chunk import ChunkMerge, counts
from receipts.imports.columns import AT
from receipts.imports.rows import Chunk, Refused, RowReader
from receipts.imports.values import Unreadable
from receipts.models import ImportFile, Payment

FORMAT = "feed"  # what ImportFile.format says of a day's feed
MOST_ITEMS = 1_000
LONGEST_VALUE = 1_000  # characters; the longest honest one has 120

type Value = str | bool | None  # numbers arrive as the text they were written in
type Item = Mapping[str, Value]


@dataclass(frozen=True)
class Outcome:
    """What became of one item. `line` is its number in the client's feed of that day."""

    result: str  # created | updated | unchanged | put_aside | refused
    line: int | None = None
    code: str = ""  # of receipts.imports.reasons, or `merchant_not_allowed`
    field: str = ""


@cache
def fields() -> dict[str, str]:
    """Names in an item → fields of the canonical format, which has a column of that name."""
    return {titles[0]: field for field, titles in formats.get("canonical").columns.items()}


@cache
def _names() -> dict[str, str]:
    return {field: name for name, field in fields().items()}


def take(
    items: Sequence[Item],
    *,
    client: str,
    merchants: frozenset[str] = frozenset(),
    actor: Actor,
    size: int,
) -> list[Outcome]:
    """Merge these items, all in the caller's transaction; an outcome for each, in their order.

    `merchants` are the merchant numbers that the client may speak for, all where it is empty;
    `size` is the bytes it took to say this.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        staging.prepare(cursor)
        file = _feed_of_today(client, actor)
        read = _read(items, file.read, merchants)
        merge = ChunkMerge(cursor, file.pk, read.chunk, AskedWaiting())
        merge.run()
        ImportFile.objects.filter(pk=file.pk).update(size=file.size + size)
        return _outcomes(read, merge)


def close_days() -> int:
    """Finish the feeds of days that are over; how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        staging.prepare(cursor)
        over = list(
            ImportFile.objects.filter(format=FORMAT, state=ImportFile.State.RUNNING).exclude(
                name__endswith=f" {timezone.localdate()}"
            )
        )
        for file in over:
            file.state, file.finished_at = ImportFile.State.DONE, timezone.now()
            file.save(update_fields=["state", "finished_at"])
            audit.record(
                f"import:{file.pk}",
                "import_finished",
                actor=Actor.system("feed"),
                after=counts(file),
            )
        return len(over)


def _feed_of_today(client: str, actor: Actor) -> ImportFile:
    """Chunks are merged one at a time (staging.prepare), so nobody makes it beside us."""
    name = f"{FORMAT} {client} {timezone.localdate()}"
    identity = hashlib.sha256(name.encode()).hexdigest()
    file, created = ImportFile.objects.get_or_create(
        sha256=identity,
        format_sha256=formats.get("canonical").sha256,
        format=FORMAT,
        state=ImportFile.State.RUNNING,
        defaults={"name": name, "encoding": "utf-8", "size": 0, "started_by": actor.id},
    )
    if created:
        audit.record(
            f"import:{file.pk}",
            "import_started",
            actor=actor,
            after={"format": FORMAT, "client": client},
        )
    return file


# --- reading -------------------------------------------------------------------------------------


@dataclass
class _Read:
    chunk: Chunk
    lines: list[int | None]  # of each item; None where it was refused


def _read(items: Sequence[Item], start: int, merchants: frozenset[str]) -> _Read:
    known = fields()
    said = set().union(*items)
    columns = [name for name in known if name in said]
    if "merchant_no" not in said:
        columns.append("merchant_no")
    positions = {known[name]: position for position, name in enumerate(columns)}
    reader = RowReader(formats.get("canonical"), positions, timezone.now())
    reader.width = len(columns)
    chunk = reader.start_chunk(start)
    allowed = _Allowed(merchants)
    lines: list[int | None] = []
    for item in items:
        values = [v if isinstance(v, str) else _WRITTEN[v] for v in map(item.get, columns)]
        if not allowed[values[positions["merchant_no"]]]:
            lines.append(None)
            continue
        line = start + chunk.read + 1
        lines.append(line)
        if max(map(len, values)) > LONGEST_VALUE:
            chunk.read += 1
            longest = max(range(len(values)), key=lambda position: len(values[position]))
            chunk.refused.append(Refused(line, "too_long", known[columns[longest]]))
        else:
            reader.take(line, values)
    return _Read(chunk, lines)


# JSON's own words as cells.
_WRITTEN: dict[Value, str] = {None: "", True: "yes", False: "no"}


_MERCHANT_NO = cells.PLACE["merchant_no"]


class _Allowed(dict):
    """Text of a merchant number → whether the client may speak for that merchant."""

    def __init__(self, merchants: frozenset[str]):
        super().__init__()
        self.merchants = merchants

    def __missing__(self, text: str) -> bool:
        self[text] = answer = not self.merchants or self._is_theirs(text)
        return answer

    def _is_theirs(self, text: str) -> bool:
        try:
            return _MERCHANT_NO(text.strip()) in self.merchants
        except Unreadable:
            return False


# --- answering -----------------------------------------------------------------------------------


def _outcomes(read: _Read, merge: ChunkMerge) -> list[Outcome]:
    aside = {row.line: row for row, _keys in merge.rows_aside}
    updated = set(merge.updated_lines)
    ids = {row[AT.id]: row[0] for row in read.chunk.payments}
    made = Payment.objects.filter(pk__in=list(ids)).values_list("pk", flat=True)
    created = {ids[pk.hex] for pk in made}

    def of(line: int | None) -> Outcome:
        if line is None:
            return Outcome("refused", None, "merchant_not_allowed", "merchant_no")
        if row := aside.get(line):
            return Outcome("put_aside", line, row.reason, _names().get(row.column, row.column))
        if line in created:
            return Outcome("created", line)
        return Outcome("updated" if line in updated else "unchanged", line)

    return [of(line) for line in read.lines]
