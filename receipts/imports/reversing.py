"""Voids and refunds: each hangs on its original, once; one without its original waits for it."""

import json
from collections import defaultdict
from dataclasses import dataclass, field

from django.utils import timezone

from receipts.imports import places, staging
from receipts.imports.columns import AT, ORIGINAL, PLACE_NAMES, status_of
from receipts.imports.completing import own_status
from receipts.imports.matching import HAS_ID, HAS_VOUCHER
from receipts.imports.merge import write_history
from receipts.imports.staging import lookup, typed
from receipts.imports.waiting import Entry
from receipts.models import PutAside


def _originals() -> str:
    by_id = f"p.source_id = s.original_source_id AND p.source = s.source AND {HAS_ID.format('p')}"
    by_voucher = (
        "p.voucher_no = s.original_voucher_no AND p.batch_no = s.original_batch_no"
        f" AND p.terminal_id = s.original_terminal_id AND {HAS_VOUCHER.format('p')}"
    )
    by_reference = f"p.rrn = s.original_rrn AND p.local_date = {typed('s', 'original_date')}"
    return f"""
    SELECT s.line, 1, p.id FROM staged_reversal s {lookup("receipts_payment", "p", by_id)}
    WHERE s.original_source_id <> ''
  UNION ALL
    SELECT s.line, 2, p.id FROM staged_reversal s {lookup("receipts_payment", "p", by_voucher)}
  UNION ALL
    SELECT s.line, 3, p.id FROM staged_reversal s {lookup("receipts_payment", "p", by_reference)}
    WHERE s.original_rrn <> ''
      AND (s.acquirer_code = '' OR p.acquirer_code = '' OR p.acquirer_code = s.acquirer_code)
    """  # noqa: S608  names of our own


def _already_there() -> str:
    by_id = f"r.source_id = s.source_id AND r.source = s.source AND {HAS_ID.format('r')}"
    by_voucher = (
        "r.voucher_no = s.voucher_no AND r.batch_no = s.batch_no"
        f" AND r.terminal_id = s.terminal_id AND {HAS_VOUCHER.format('r')}"
    )
    by_reference = f"r.rrn = s.rrn AND r.local_date = {typed('s', 'local_date')}"
    return f"""
    SELECT s.line, r.amount_minor, r.kind
    FROM staged_reversal s {lookup("receipts_reversal", "r", by_id)} WHERE s.source_id <> ''
  UNION ALL
    SELECT s.line, r.amount_minor, r.kind
    FROM staged_reversal s {lookup("receipts_reversal", "r", by_voucher)}
  UNION ALL
    SELECT s.line, r.amount_minor, r.kind
    FROM staged_reversal s {lookup("receipts_reversal", "r", by_reference)}
    WHERE s.rrn <> ''
      AND (s.acquirer_code = '' OR r.acquirer_code = '' OR r.acquirer_code = s.acquirer_code)
      AND (s.source_id = '' OR r.source_id = '' OR r.source <> s.source)
      AND (s.voucher_no = '' OR s.batch_no = '' OR s.terminal_id IS NULL
           OR r.voucher_no = '' OR r.batch_no = '' OR r.terminal_id IS NULL)
    """  # noqa: S608  names of our own


_COLUMNS = (
    *("payment_id", "kind", "amount_minor", "occurred_at", "settled_on", "identity"),
    *("source", "source_id", "acquirer_code", "rrn", "local_date", "terminal_id"),
    *("batch_no", "voucher_no", "import_file_id", "created_at"),
)


@dataclass
class Original:
    """A payment that reversals of this chunk hang on, as it becomes with each of them."""

    id: str
    merchant_id: int
    own: str
    status: str
    amount: int
    authorised: int | None
    said: int
    refunded: int
    currency: str
    refunds: int = 0  # sum of its confirmed refunds
    has_void: bool = False
    steps: int = 0

    def take(self, entry: Entry) -> str:
        """Apply a reversal; a reason where it cannot be."""
        row, amount = entry.row, int(entry.row[AT.amount_minor])
        if self.merchant_id != entry.merchant_id:
            return "original_of_another_merchant"
        if self.currency != row[AT.currency]:
            return "differs"
        if self.status == "declined":
            return "original_declined"
        refused = self._refund(amount) if row[AT.kind] == "refund" else self._void(amount)
        if not refused:
            self.steps += 1
        return refused

    def _refund(self, amount: int) -> str:
        if self.status == "voided":
            return "original_voided"
        if self.refunds + amount > self.amount:
            return "refund_above_amount"
        self.refunds += amount
        self.refunded = max(self.said, self.refunds)
        self.status = status_of(self.own, self.amount, self.refunded)
        return ""

    def _void(self, amount: int) -> str:
        if self.has_void:
            return "original_voided"
        if self.refunded:
            return "original_refunded"
        if amount not in {self.amount, self.authorised}:
            return "void_not_full"
        self.has_void, self.status = True, "voided"
        return ""


@dataclass
class Result:
    updated: int = 0
    unchanged: int = 0
    changed_ids: list[str] = field(default_factory=list)
    updated_lines: list[int] = field(default_factory=list)
    refused: list[tuple[Entry, str]] = field(default_factory=list)
    waiting: list[Entry] = field(default_factory=list)
    solved: list[tuple[PutAside, bool]] = field(default_factory=list)  # and whether it changed any


class ReversalMerge:
    def __init__(self, cursor, import_file_id: int | None):
        self.cursor, self.import_file_id = cursor, import_file_id
        self.now = timezone.now()
        self.result = Result()

    def run(self, entries: list[Entry]) -> Result:
        """Hang these on their originals, in the order given."""
        self._stage(entries)
        originals, of_entry = self._originals()
        there = self._already_there()
        new_names: dict[tuple, tuple[int, str]] = {}
        made, history = [], []
        for number, entry in enumerate(entries):
            known = there.get(number) or next(
                (new_names[name] for name in entry.names() if name in new_names), None
            )
            if known is not None:
                self._told_again(entry, known)
                continue
            found = of_entry[number]
            if len(found) != 1:
                self._without_original(entry, bool(found))
                continue
            original = originals[found.pop()]
            before = original.status, original.refunded
            if refused := original.take(entry):
                self.result.refused.append((entry, refused))
                continue
            made.append(self._reversal(entry, original.id))
            new_names |= dict.fromkeys(
                entry.names(), (int(entry.row[AT.amount_minor]), entry.row[AT.kind])
            )
            history.append(self._history(original, *before))
            self._applied(entry, True)
        self._write(made, history, [o for o in originals.values() if o.steps])
        return self.result

    def _told_again(self, entry: Entry, known: tuple[int, str]) -> None:
        if known != (int(entry.row[AT.amount_minor]), entry.row[AT.kind]):
            self.result.refused.append((entry, "differs"))
        else:
            self._applied(entry, False)

    def _applied(self, entry: Entry, changed: bool) -> None:
        if entry.put_aside is not None:
            self.result.solved.append((entry.put_aside, changed))
        elif changed:
            self.result.updated += 1
            self.result.updated_lines.append(entry.row[0])
        else:
            self.result.unchanged += 1

    def _without_original(self, entry: Entry, several: bool) -> None:
        if several:
            self.result.refused.append((entry, "identity_conflict"))
        elif entry.put_aside is None:
            self.result.waiting.append(entry)

    # --- finding ---------------------------------------------------------------------------------

    def _stage(self, entries: list[Entry]) -> None:
        shops: dict[tuple[str, str], int] = {}
        for entry in entries:
            for terminal_no in (entry.terminal_no, entry.original_terminal_no):
                shops.setdefault((entry.merchant_no, terminal_no), len(shops))
        names = [_place(*shop) for shop in shops]
        ids = places.resolve(self.cursor, names)
        rows = []
        for number, entry in enumerate(entries):
            row = entry.row
            entry.merchant_id, entry.terminal_id = ids[shops[entry.merchant_no, entry.terminal_no]]
            original = ids[shops[entry.merchant_no, entry.original_terminal_no]][1]
            rows.append([number, entry.terminal_id, original, *(row[i] for i in _STAGED)])
        staging.empty(self.cursor, "staged_reversal")
        staging.fill(self.cursor, "staged_reversal", rows)

    def _originals(self) -> tuple[dict[str, Original], dict[int, set[str]]]:
        self.cursor.execute(_originals())
        ways: dict[int, dict[int, set]] = defaultdict(lambda: defaultdict(set))
        for number, way, payment_id in self.cursor.fetchall():
            ways[number][way].add(payment_id)
        # The source's id and the voucher must agree; a reference number only helps without them.
        of_entry: dict[int, set] = defaultdict(set)
        for number, found in ways.items():
            of_entry[number] = found[1] | found[2] or found[3]
        wanted = set().union(*of_entry.values())
        return self._read_originals(wanted), of_entry

    def _read_originals(self, wanted: set) -> dict[str, Original]:
        originals = {}
        wanted_ids = list(wanted)
        for start in range(0, len(wanted_ids), 500):
            block = wanted_ids[start : start + 500]
            marks = ", ".join(["%s"] * len(block))
            lock = "FOR UPDATE" if staging.is_postgres() else ""
            self.cursor.execute(
                f"""
                SELECT id, merchant_id, own_status, status, amount_minor, authorised_minor,
                       refunded_said_minor, refunded_minor, currency
                FROM receipts_payment WHERE id IN ({marks}) ORDER BY id {lock}
                """,  # noqa: S608
                block,
            )
            for id, merchant_id, own, status, *rest in self.cursor.fetchall():
                own = own_status({"own_status": own, "status": status})
                originals[id] = Original(id, merchant_id, own, status, *rest)
            self.cursor.execute(
                f"""
                SELECT payment_id, COALESCE(SUM(CASE kind WHEN 'refund' THEN amount_minor END), 0),
                       MAX(CASE kind WHEN 'refund' THEN 0 ELSE 1 END)
                FROM receipts_reversal WHERE payment_id IN ({marks}) GROUP BY payment_id
                """,  # noqa: S608
                block,
            )
            for id, refunds, void in self.cursor.fetchall():
                originals[id].refunds, originals[id].has_void = int(refunds), bool(void)
        return originals

    def _already_there(self) -> dict[int, tuple[int, str]]:
        self.cursor.execute(_already_there())
        return {line: (amount, kind) for line, amount, kind in self.cursor.fetchall()}

    # --- writing ---------------------------------------------------------------------------------

    def _reversal(self, entry: Entry, payment_id) -> list:
        row = entry.row
        file_id = entry.put_aside.import_file_id if entry.put_aside else self.import_file_id
        return [
            payment_id,
            row[AT.kind],
            int(row[AT.amount_minor]),
            f"{row[AT.occurred_at]}+00:00" if staging.is_postgres() else row[AT.occurred_at],
            row[AT.settled_on] or None,
            entry.identity(),
            row[AT.source],
            row[AT.source_id],
            row[AT.acquirer_code],
            row[AT.rrn],
            row[AT.local_date],
            entry.terminal_id,
            row[AT.batch_no],
            row[AT.voucher_no],
            file_id,
            self.now,
        ]

    def _history(self, original: Original, status: str, refunded: int) -> tuple:
        changes = {"refunded_minor": [str(refunded), str(original.refunded)]}
        changes = changes if refunded != original.refunded else {}
        text = json.dumps(changes, separators=(",", ":"))
        return original.id, status, original.status, True, text

    def _write(self, made: list[list], history: list[tuple], changed: list[Original]) -> None:
        marks = ", ".join(["%s"] * len(_COLUMNS))
        for start in range(0, len(made), 200):
            block = made[start : start + 200]
            self.cursor.execute(
                f"INSERT INTO receipts_reversal ({', '.join(_COLUMNS)}) VALUES "  # noqa: S608
                + ", ".join([f"({marks})"] * len(block)),
                [value for row in block for value in row],
            )
        write_history(self.cursor, history, self.import_file_id, self.now)
        if not changed:
            return
        staging.empty(self.cursor, "staged_outcome")
        staging.fill(
            self.cursor,
            "staged_outcome",
            [[o.steps, str(o.id), o.status, o.refunded] for o in changed],
        )
        self.cursor.execute(
            """
            UPDATE receipts_payment SET status = c.status, refunded_minor = c.refunded_minor,
                revision = revision + c.steps, updated_at = %s
            FROM staged_outcome c WHERE receipts_payment.id = c.id
            """,
            [self.now],
        )
        self.result.changed_ids.extend(str(o.id) for o in changed)


_STAGED = [
    AT.__dict__[name]
    for name in (
        "source",
        "source_id",
        "acquirer_code",
        "rrn",
        "local_date",
        "batch_no",
        "voucher_no",
        *(name for name in ORIGINAL if name != "original_terminal_no"),
    )
]


def _place(merchant_no: str, terminal_no: str) -> dict[str, str]:
    named = {"merchant_no": merchant_no, "terminal_no": terminal_no}
    return dict.fromkeys(PLACE_NAMES, "") | named
