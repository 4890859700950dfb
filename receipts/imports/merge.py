"""A chunk's payments into the table of payments, by sets of rows.

Which rows are there already is one question to the database, what is new is one INSERT. Only rows
that have something to say about a payment that is known come back to Python, where completing.py
decides; their changes go in as one UPDATE.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import itemgetter
from uuid import UUID

from django.utils import timezone

from receipts.imports import matching, staging
from receipts.imports.columns import AT, PAYMENT_TYPES
from receipts.imports.completing import (
    BY_WHICH_KNOWN,
    CHANGEABLE,
    KNOWN,
    Contradiction,
    complete,
)
from receipts.imports.staging import typed


@dataclass
class Result:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    changed_ids: list[str] = field(default_factory=list)
    updated_lines: list[int] = field(default_factory=list)
    # line → reason and column of rows that cannot be true beside what is known
    refused: dict[int, tuple[str, str]] = field(default_factory=dict)


@dataclass
class Change:
    """What becomes of one payment in this chunk."""

    known: dict[str, str]
    steps: int = 0
    columns: set[str] = field(default_factory=set)


class Ready:
    """Rows made ready for the database: parted into those of which no two can be one payment and
    the others. `columns` are all in which they may say something; `texts` are the rows for COPY,
    where somebody made them."""

    def __init__(
        self,
        rows: list[list],
        has_terminal: Sequence[bool],
        columns: Sequence[int] = staging.ALL_COLUMNS,
        texts: Sequence[str] = (),
    ):
        self.columns, self.text = columns, ""
        self.first: list[list] = []
        self.rest: list[list] = []
        if _name_each_another(rows, has_terminal):
            self.first, self.text = rows, "\n".join(texts)
        else:
            self._part(rows, has_terminal)
            if texts:
                self.text = staging.payments_as_text(self.first, columns)

    def _part(self, rows: list[list], has_terminal: Sequence[bool]) -> None:
        """A reference number is a name only for rows without a better one."""
        names: set = set()
        weak_names: set = set()
        for row in rows:
            source = (row[AT.source], row[AT.source_id]) if row[AT.source_id] else None
            reference = (row[AT.rrn], row[AT.local_date]) if row[AT.rrn] else None
            voucher = None
            if row[AT.voucher_no] and row[AT.batch_no] and has_terminal[row[1]]:
                voucher = (row[1], row[AT.batch_no], row[AT.voucher_no])
            is_weak = voucher is None
            seen = (
                source in names
                or voucher in names
                or reference in (names if is_weak else weak_names)
            )
            (self.rest if seen else self.first).append(row)
            names.update(name for name in (source, voucher, reference) if name)
            if is_weak and reference:
                weak_names.add(reference)


_LINE = itemgetter(AT.line)
_SOURCE, _VOUCHER = itemgetter(AT.source, AT.source_id), itemgetter(1, AT.batch_no, AT.voucher_no)
_REFERENCE = itemgetter(AT.rrn, AT.local_date)


def _name_each_another(rows: list[list], has_terminal: Sequence[bool]) -> bool:
    """What holds of nearly every chunk, found out quickly: no two rows have the same id or the same
    voucher; and where a row has no voucher, so that its reference number counts, no two have the
    same of those either."""
    ids = [source for source in map(_SOURCE, rows) if source[1]]
    vouchers = [
        voucher for voucher in map(_VOUCHER, rows) if all(voucher[1:]) and has_terminal[voucher[0]]
    ]
    if _is_twice(ids) or _is_twice(vouchers):
        return False
    if len(vouchers) == len(rows):
        return True
    return not _is_twice([reference for reference in map(_REFERENCE, rows) if reference[0]])


def _is_twice(names: list[tuple]) -> bool:
    return len(set(names)) < len(names)


class PaymentMerge:
    """Merges the payments of one chunk; `places` are (merchant id, terminal id) by place."""

    def __init__(self, cursor, places: list[tuple[int, int | None]], import_file_id: int | None):
        self.cursor, self.import_file_id = cursor, import_file_id
        self.places = [(str(merchant), str(terminal or "")) for merchant, terminal in places]
        self.has_terminal = [terminal is not None for _merchant, terminal in places]
        self.now = timezone.now()
        self.result = Result()
        self.changes: dict[str, Change] = {}
        self.history: list[tuple] = []

    def run(self, rows: list[list], ready: "Ready | None" = None) -> Result:
        """`ready` is what was made of the same rows ahead, if anything was."""
        pending = rows
        while pending:
            ready = ready or Ready(pending, self.has_terminal)
            self._write_changes()
            self._stage(ready.first, ready.columns, ready.text)
            matched = self._match()
            self._insert(matched)
            later = self._complete(ready.first, matched)
            rest = sorted([*ready.rest, *later], key=_LINE) if later else ready.rest
            pending, ready = rest and self._complete_rest(rest), None
        self._write_changes()
        return self.result

    # --- finding and making ----------------------------------------------------------------------

    def _stage(
        self, rows: list[list], columns: Sequence[int] = staging.ALL_COLUMNS, text: str = ""
    ) -> None:
        staging.empty(self.cursor, "staged_row", "staged_match")
        staging.fill_payments(self.cursor, rows, columns, text)

    def _match(self) -> int:
        """How many pairs of row and payment are the same payment; they lie in `staged_match`."""
        pairs = 0
        for sql in matching.statements():
            self.cursor.execute(sql)
            pairs += self.cursor.rowcount
        return pairs

    def _insert(self, matched: int) -> None:
        named = [name for name in PAYMENT_TYPES if name != "id"]
        known = "WHERE s.line NOT IN (SELECT line FROM staged_match)" if matched else ""
        self.cursor.execute(
            f"""
            INSERT INTO receipts_payment
                (id, {", ".join(named)}, merchant_id, terminal_id, refunded_minor,
                 slip_known_from, import_file_id, revision, created_at, updated_at)
            SELECT {typed("s", "id")}, {", ".join(typed("s", name) for name in named)},
                   l.merchant_id, l.terminal_id, {typed("s", "refunded_said_minor")},
                   CASE s.slip_printed WHEN 'unknown' THEN '' ELSE 'file' END, %s, 1, %s, %s
            FROM staged_row s JOIN staged_place l ON l.place = s.place {known}
            """,  # noqa: S608  names of our own
            [self.import_file_id, self.now, self.now],
        )
        self.result.created += self.cursor.rowcount

    # --- completing ------------------------------------------------------------------------------

    def _complete_rest(self, rest: list[list]) -> list[list]:
        """Rows that name a payment again: those found are merged in the order of the file, whatever
        their number; the others are returned."""
        self._write_changes()
        self._stage(rest)
        matched = self._match()
        self.cursor.execute("SELECT DISTINCT line FROM staged_match")
        found = {line for (line,) in self.cursor.fetchall()}
        later = self._complete(rest, matched, whatever_they_say=True)
        found.difference_update(map(_LINE, later))
        return [row for row in rest if row[0] not in found]

    def _complete(
        self, rows: list[list], matched: int, whatever_they_say: bool = False
    ) -> list[list]:
        """Of the rows that were found: those that bring news, or all. Returned are rows to be
        looked up once more: since they were found, a row before them has changed what their
        payment is known by, and it may not be theirs any longer."""
        if not matched:
            return []
        ambiguous, lines = self._ambiguous(matched)
        pairs = self._pairs("" if whatever_they_say else "WHERE has_news")
        asked = {line: [payment_id] for line, payment_id in pairs} | ambiguous
        self.result.unchanged += lines - len(asked)
        if not asked:
            return []
        by_line = {row[0]: row for row in rows}
        known = read_payments(self.cursor, KNOWN, {payment_id for _line, payment_id in pairs})
        renamed: set = set()
        later = []
        for line in sorted(asked):
            ids = asked[line]
            if not renamed.isdisjoint(ids):
                later.append(by_line[line])
            elif len(ids) > 1:
                self.result.refused[line] = ("identity_conflict", "")
            elif self._take(by_line[line], known[ids[0]]):
                renamed.update(ids)
        return later

    def _ambiguous(self, matched: int) -> tuple[dict[int, list], int]:
        """Rows whose names lead to different payments, the source's id to one, the voucher to
        another, with these; and how many rows were found at all."""
        self.cursor.execute("SELECT COUNT(DISTINCT line) FROM staged_match")
        lines = self.cursor.fetchone()[0]
        several: dict[int, list] = {}
        if lines < matched:
            self.cursor.execute(
                "SELECT line, payment_id FROM staged_match WHERE line IN"
                " (SELECT line FROM staged_match GROUP BY line HAVING COUNT(*) > 1)"
            )
            for line, payment_id in self.cursor.fetchall():
                several.setdefault(line, []).append(payment_id)
        return several, lines

    def _pairs(self, which: str) -> list[tuple[int, object]]:
        """Rows and the payments that they tell of, in the order of the rows."""
        self.cursor.execute(
            f"SELECT line, payment_id FROM staged_match {which} ORDER BY line"  # noqa: S608
        )
        return self.cursor.fetchall()

    def _take(self, row: list, known: dict[str, str]) -> bool:
        """Whether the payment is known by something else now."""
        change = self.changes.setdefault(known["id"], Change(known))
        known = change.known
        try:
            news = complete(known, row, *self.places[row[1]])
        except Contradiction as contradiction:
            self.result.refused[row[0]] = (contradiction.reason, contradiction.column)
            return False
        if news.older:
            told = (
                {}
                if row[AT.amount_minor] == known["amount_minor"]
                else {"amount_minor": [known["amount_minor"], row[AT.amount_minor]]}
            )
            self._remember(known["id"], known["status"], row[AT.status], told, applied=False)
        if not news.changes:
            self.result.unchanged += 1
            return False
        before = {name: known[name] for name in news.changes}
        known.update(news.changes)
        change.steps += 1
        change.columns.update(news.changes)
        self.result.updated += 1
        self.result.updated_lines.append(row[0])
        self._remember(
            known["id"],
            before.get("status", known["status"]),
            known["status"],
            {name: [before[name], text] for name, text in sorted(news.changes.items())},
        )
        return not BY_WHICH_KNOWN.isdisjoint(news.changes)

    def _remember(self, payment_id, before: str, after: str, changes: dict, applied=True) -> None:
        text = json.dumps(changes, ensure_ascii=False, separators=(",", ":"))
        self.history.append((payment_id, before, after, applied, text))

    # --- writing ---------------------------------------------------------------------------------

    def _write_changes(self) -> None:
        changed = {key: change for key, change in self.changes.items() if change.steps}
        if changed:
            write_changes(self.cursor, list(changed.values()), self.now)
            self.result.changed_ids.extend(changed)
        write_history(self.cursor, self.history, self.import_file_id, self.now)
        self.changes, self.history = {}, []


def read_payments(cursor, columns: Sequence[str], ids: Iterable) -> dict[object, dict[str, str]]:
    """These payments as texts, by id; locked until the end of the transaction."""
    wanted, found = list(ids), {}
    lock = "FOR UPDATE" if staging.is_postgres() else ""
    for start in range(0, len(wanted), 500):
        block = wanted[start : start + 500]
        marks = ", ".join(["%s"] * len(block))
        cursor.execute(
            f"SELECT id, {', '.join(columns)} FROM receipts_payment"  # noqa: S608
            f" WHERE id IN ({marks}) ORDER BY id {lock}",
            block,
        )
        for id, *values in cursor.fetchall():
            found[id] = dict(zip(columns, map(_as_text, values), strict=True))
    return found


def write_changes(cursor, changes: list[Change], now: datetime) -> None:
    """One UPDATE for all payments that changed."""
    staging.empty(cursor, "staged_change")
    staging.fill(
        cursor,
        "staged_change",
        [
            [
                change.steps,
                int(change.known["terminal_id"]) if change.known["terminal_id"] else None,
                change.known["id"],
                *(change.known[name] for name in CHANGEABLE),
            ]
            for change in changes
        ],
    )
    assignments = ", ".join(f"{name} = {typed('c', name)}" for name in CHANGEABLE)
    cursor.execute(
        f"""
        UPDATE receipts_payment SET {assignments}, terminal_id = c.terminal_id,
            revision = revision + c.steps, updated_at = %s
        FROM staged_change c WHERE receipts_payment.id = {typed("c", "id")}
        """,  # noqa: S608  names of our own
        [now],
    )


def write_history(cursor, history: list[tuple], import_file_id: int | None, now: datetime) -> None:
    """Rows of (payment, status before, after, applied, changes); older news once a payment."""
    if not history:
        return
    # A statement of many rows, in blocks that keep below SQLite's limit of parameters.
    for start in range(0, len(history), 500):
        block = history[start : start + 500]
        marks = ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(block))
        cursor.execute(
            f"""
            INSERT INTO receipts_paymenthistory
                (payment_id, from_status, to_status, applied, changes, import_file_id, at)
            VALUES {marks} ON CONFLICT DO NOTHING
            """,  # noqa: S608
            [
                value
                for payment_id, before, after, applied, changes in block
                for value in (payment_id, before, after, applied, changes, import_file_id, now)
            ],
        )


def _as_text(value: object) -> str:
    """A database's value in the form in which rows are staged."""
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case UUID():
            return value.hex
        case datetime():
            return value.replace(tzinfo=None).isoformat(" ")
        case date():
            return value.isoformat()
    return str(value)
