"""What must hold between the values of one row, and which column is at fault where it does not."""

from datetime import date

from receipts.imports.columns import AT, REVERSALS, status_of
from receipts.imports.values import Unreadable

COLUMN_AT_FAULT = {
    "amount_missing": "amount",
    "amount_zero": "amount",
    "tip_above_amount": "tip",
    "refunded_amount_missing": "refunded_amount",
    "refunded_above_amount": "refunded_amount",
    "settled_before_payment": "settled_on",
    "dates_far_apart": "settled_on",
    "no_original": "original_source_id",
    "no_identity": "source_id",
}


def take_minus(row: list) -> None:
    """What goes back may be written with a minus; of what comes in, none may be."""
    for slot in (AT.amount_minor, AT.authorised_minor, AT.tip_minor, AT.refunded_said_minor):
        if row[slot].startswith("-"):
            if row[AT.kind] not in REVERSALS:
                raise Unreadable("amount_negative")
            row[slot] = row[slot][1:]


def tail_of_order(order_no: str) -> str:
    """Of a code payment, which has no card: by this its payer finds it."""
    tail = order_no[-4:]
    return tail if len(tail) == 4 and tail.isascii() and tail.isdigit() else ""


def days_apart(two_days: str) -> str:
    paid, settled = date.fromisoformat(two_days[:10]), date.fromisoformat(two_days[10:])
    return str((settled - paid).days)


def payment(row: list) -> None:
    amount, said = int(row[AT.amount_minor]), int(row[AT.refunded_said_minor])
    if not amount:
        raise Unreadable("amount_zero")
    if int(row[AT.tip_minor]) > amount:
        raise Unreadable("tip_above_amount")
    own = row[AT.own_status]
    if own in {"refunded", "partly_refunded"}:
        if own == "partly_refunded" and not said:
            raise Unreadable("refunded_amount_missing")
        said = said or amount
        own = "settled"
    if said > amount:
        raise Unreadable("refunded_above_amount")
    row[AT.own_status], row[AT.refunded_said_minor] = own, str(said)
    row[AT.status] = status_of(own, amount, said)
    if row[AT.authorised_minor] == row[AT.amount_minor]:
        row[AT.authorised_minor] = ""
    if own in {"authorised", "declined"}:
        row[AT.settled_on] = ""


def reversal(row: list) -> None:
    if not int(row[AT.amount_minor]):
        raise Unreadable("amount_zero")
    if row[AT.kind] != "refund" and not row[AT.original_batch_no]:
        row[AT.original_batch_no] = row[AT.batch_no]  # a void is of the same batch
    if not (
        row[AT.original_source_id]
        or (row[AT.original_rrn] and row[AT.original_date])
        or (row[AT.original_voucher_no] and row[AT.original_batch_no])
    ):
        raise Unreadable("no_original")
