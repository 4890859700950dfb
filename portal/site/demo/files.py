"""The sample month's settlement files, in the canonical format (docs/formats.md)."""

import csv
from datetime import datetime
from pathlib import Path

from portal.site.demo.payments import ACQUIRER, Row

COLUMNS = [
    "kind",
    "status",
    "merchant_no",
    "merchant_name",
    "terminal_no",
    "operator_no",
    "acquirer_code",
    "acquirer_name",
    "issuer_code",
    "issuer_name",
    "card_tail",
    "wallet_tail",
    "card_kind",
    "card_brand",
    "entry_mode",
    "date_time",
    "amount",
    "authorised_amount",
    "tip",
    "settled_on",
    "batch_no",
    "voucher_no",
    "rrn",
    "auth_code",
    "order_no",
    "instalments",
    "no_pin_no_signature",
    "aid",
    "app_label",
    "arqc",
    "tvr",
    "tsi",
    "atc",
    "slip_printed",
    "slip_cause",
    "original_terminal_no",
    "original_batch_no",
    "original_voucher_no",
]


def write(path: Path, rows: list[Row], now: datetime) -> None:
    """Only what has happened by `now` (the shops' own time, naive) can stand in a file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(line(row, now) for row in rows if row.at <= now)


def line(row: Row, now: datetime) -> dict[str, object]:
    """A payment or reversal by its columns."""
    settled = row.settled_on is not None and row.settled_on <= now.date()
    facts = {
        "kind": row.type,
        "status": row.status if settled or row.status == "declined" else "authorised",
        "merchant_no": row.device.merchant_no,
        "merchant_name": row.device.shop.name,
        "terminal_no": row.device.terminal_no,
        "operator_no": "01",
        "acquirer_code": ACQUIRER[0],
        "acquirer_name": ACQUIRER[1],
        "issuer_code": row.issuer[0],
        "issuer_name": row.issuer[1],
        "card_tail": row.tail,
        "wallet_tail": row.wallet_tail,
        "card_kind": row.card_kind,
        "card_brand": row.brand,
        "entry_mode": row.entry,
        "date_time": f"{row.at:%Y-%m-%d %H:%M:%S}",
        "amount": _yuan(row.amount),
        "authorised_amount": "" if row.authorised is None else _yuan(row.authorised),
        "tip": _yuan(row.tip) if row.tip else "",
        "settled_on": f"{row.settled_on:%Y-%m-%d}" if settled else "",
        "batch_no": row.batch,
        "voucher_no": row.voucher,
        "rrn": row.rrn,
        "auth_code": row.auth_code,
        "order_no": row.order_no,
        "instalments": row.instalments or "",
        "no_pin_no_signature": "yes" if row.no_pin else "",
        **row.chip,
    }
    if row.original is None:
        return facts | {"slip_printed": row.printed, "slip_cause": row.cause}
    return facts | {
        "original_terminal_no": row.original.device.terminal_no,
        "original_batch_no": row.original.batch,
        "original_voucher_no": row.original.voucher,
    }


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
