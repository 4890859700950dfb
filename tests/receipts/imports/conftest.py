"""Files to load: written from rows of what is to differ from an ordinary settled sale."""

import csv
import io
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from portal.accounts.actor import Actor
from receipts.imports import load
from receipts.models import ImportFile, PutAside

SALE = {
    "kind": "sale",
    "status": "settled",
    "merchant_no": "898521058120001",
    "merchant_name": "小雨文具店",
    "terminal_no": "00000001",
    "date": "2026-11-20",
    "time": "14:05:33",
    "amount": "386.50",
    "card_tail": "7712",
    "batch_no": "000318",
    "voucher_no": "000001",
}
REFUND = SALE | {
    "kind": "refund",
    "date": "2026-11-21",
    "amount": "86.50",
    "batch_no": "000319",
    "voucher_no": "000900",
    "original_batch_no": "000318",
    "original_voucher_no": "000001",
}


def as_csv(rows: list[dict]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.fixture
def write(tmp_path) -> Callable[..., Path]:
    """A file of these rows, or of this text or these bytes."""
    numbers = count(1)

    def make(content: list[dict] | str | bytes, name: str = "") -> Path:
        path = tmp_path / (name or f"{next(numbers)}.csv")
        if isinstance(content, list):
            content = as_csv(content)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


@pytest.fixture
def load_rows(db, clock, write) -> Callable[..., ImportFile]:
    """Load a file of these rows (or this text); its record."""

    def run(content, format_name: str = "canonical") -> ImportFile:
        result = load.load_file(write(content), format_name, actor=Actor.system("test"))
        assert not result.error, result
        return result.file

    return run


@pytest.fixture
def put_aside() -> Callable[..., list[tuple[int, str, str]]]:
    """(line, column, reason) of what a file left."""

    def of(file: ImportFile) -> list[tuple[int, str, str]]:
        rows = PutAside.objects.filter(import_file=file).order_by("line")
        return list(rows.values_list("line", "column", "reason"))

    return of


def counts(file: ImportFile) -> tuple[int, int, int, int]:
    """Created, updated, unchanged, put aside."""
    return file.created, file.updated, file.unchanged, file.put_aside
