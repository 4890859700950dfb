"""Reversals on their way to an original, and the names under which they wait for it."""

from collections.abc import Iterable
from dataclasses import dataclass

from receipts.imports.columns import AT, NAMES
from receipts.models import PutAside, WaitingKey


@dataclass
class Entry:
    """One reversal to be hung on its original: of this file, or one that has waited."""

    row: list
    merchant_no: str
    terminal_no: str
    put_aside: PutAside | None = None
    merchant_id: int = 0
    terminal_id: int | None = None

    @property
    def original_terminal_no(self) -> str:
        return self.row[AT.original_terminal_no] or self.terminal_no

    def names(self) -> list[tuple]:
        """What it is known by, so that the same reversal told twice is one."""
        row = self.row
        names: list[tuple] = []
        if row[AT.source_id]:
            names.append(("id", row[AT.source], row[AT.source_id]))
        if row[AT.voucher_no] and row[AT.batch_no] and self.terminal_id:
            names.append(("voucher", self.terminal_id, row[AT.batch_no], row[AT.voucher_no]))
        if not names:
            names.append(("rrn", row[AT.rrn], row[AT.local_date]))
        return names

    def identity(self) -> str:
        row, batch, voucher = self.row, self.row[AT.batch_no], self.row[AT.voucher_no]
        if row[AT.source_id]:
            return f"id:{row[AT.source]}:{row[AT.source_id]}"
        if voucher and batch and self.terminal_no:
            return f"voucher:{self.merchant_no}:{self.terminal_no}:{batch}:{voucher}"
        return f"rrn:{row[AT.acquirer_code]}:{row[AT.rrn]}:{row[AT.local_date]}"

    def keepable(self) -> dict[str, str]:
        """All that is needed to try again when the original has come."""
        kept = {name: text for name, text in zip(NAMES[2:], self.row[2:], strict=True) if text}
        kept.pop("id", None)
        return kept | {"merchant_no": self.merchant_no, "terminal_no": self.terminal_no}

    @classmethod
    def waiting(cls, put_aside: PutAside) -> "Entry":
        kept = put_aside.row
        row = [put_aside.line, 0, *(kept.get(name, "") for name in NAMES[2:])]
        return cls(row, kept["merchant_no"], kept["terminal_no"], put_aside)


def keys_of_payment(row: list, merchant_no: str, terminal_no: str) -> Iterable[str]:
    """The names under which a reversal may wait for this payment."""
    if row[AT.source_id]:
        yield f"id:{row[AT.source]}:{row[AT.source_id]}"
    if row[AT.voucher_no] and row[AT.batch_no] and terminal_no:
        yield f"voucher:{merchant_no}:{terminal_no}:{row[AT.batch_no]}:{row[AT.voucher_no]}"
    if row[AT.rrn]:
        yield f"rrn:{row[AT.rrn]}:{row[AT.local_date]}"


def keys_of_original(entry: Entry) -> list[str]:
    row, keys = entry.row, []
    if row[AT.original_source_id]:
        keys.append(f"id:{row[AT.source]}:{row[AT.original_source_id]}")
    if row[AT.original_voucher_no] and row[AT.original_batch_no] and entry.original_terminal_no:
        keys.append(
            f"voucher:{entry.merchant_no}:{entry.original_terminal_no}"
            f":{row[AT.original_batch_no]}:{row[AT.original_voucher_no]}"
        )
    if row[AT.original_rrn] and row[AT.original_date]:
        keys.append(f"rrn:{row[AT.original_rrn]}:{row[AT.original_date]}")
    return keys


class WaitingReversals:
    """Which names reversals wait for, kept beside the load so that a chunk need not ask the
    database for each of its rows. Read anew, as far as it is new, under the lock of each chunk."""

    def __init__(self):
        self.keys: set[str] = set()
        self._seen = 0

    def refresh(self) -> None:
        for pk, key in WaitingKey.objects.filter(pk__gt=self._seen).values_list("pk", "key"):
            self.keys.add(key)
            self._seen = max(self._seen, pk)

    def answered_by(self, keys: Iterable[str]) -> list[PutAside]:
        """Waiting rows whose original may be among payments with these names, oldest first."""
        hit = sorted(key for key in keys if key in self.keys)
        found = {
            row.pk: row
            for start in range(0, len(hit), 500)
            for row in PutAside.objects.filter(
                state=PutAside.State.WAITING, waiting_keys__key__in=hit[start : start + 500]
            )
        }
        return sorted(found.values(), key=lambda row: (row.import_file_id, row.line))
