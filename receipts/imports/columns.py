"""What a row of any file becomes: one list of texts, in the order of the staging table.

Every value is a text, the empty one where the file says nothing; the database casts. So one row
serves COPY into PostgreSQL and executemany into SQLite, and no value is read twice.
"""

from types import SimpleNamespace

# Columns of Payment that a file may bring, and their type in the database.
PAYMENT_TYPES = {
    "id": "uuid",
    "source": "text",
    "source_id": "text",
    "acquirer_code": "text",
    "rrn": "text",
    "local_date": "date",
    "batch_no": "text",
    "voucher_no": "text",
    "kind": "text",
    "own_status": "text",
    "status": "text",
    "occurred_at": "moment",
    "amount_minor": "integer",
    "authorised_minor": "integer",
    "tip_minor": "integer",
    "refunded_said_minor": "integer",
    "currency": "text",
    "settled_on": "date",
    "card_tail": "text",
    "wallet_tail": "text",
    "card_kind": "text",
    "card_brand": "text",
    "issuer_code": "text",
    "issuer_name": "text",
    "acquirer_name": "text",
    "entry_mode": "text",
    "auth_code": "text",
    "order_no": "text",
    "operator_no": "text",
    "instalments": "integer",
    "no_pin_no_signature": "boolean",
    "chip": "json",
    "remarks": "text",
    "slip_printed": "text",
    "slip_cause": "text",
}
# With what follows from them, and what a reversal says of its original.
TYPES = PAYMENT_TYPES | {"refunded_minor": "integer", "original_date": "date"}
# Where a reversal says which payment it takes back.
ORIGINAL = (
    "original_source_id",
    "original_terminal_no",
    "original_batch_no",
    "original_voucher_no",
    "original_rrn",
    "original_date",
)
# `line` is where the row began in its file; `place` numbers the merchant and terminal in the chunk.
STAGED = ("line", "place", *PAYMENT_TYPES)
NAMES = (*STAGED, *ORIGINAL)
WIDTH = len(NAMES)
AT = SimpleNamespace(**{name: position for position, name in enumerate(NAMES)})

EMPTY = [""] * WIDTH
EMPTY[AT.currency] = "CNY"
EMPTY[AT.tip_minor] = EMPTY[AT.refunded_said_minor] = EMPTY[AT.instalments] = "0"
EMPTY[AT.no_pin_no_signature] = "0"
EMPTY[AT.chip] = "{}"
EMPTY[AT.slip_printed] = "unknown"

# What a merchant or terminal is called; kept apart from the row, for it is the same on many.
PLACE_NAMES = (
    "merchant_no",
    "terminal_no",
    "merchant_name",
    "merchant_name_en",
    "city",
    "terminal_model",
    "terminal_software",
)

# Which word on a payment's own rows outranks which: the later knows more. A settlement outranks a
# decline, for money that moved is what a card holder must find.
RANK = {"authorised": 0, "declined": 1, "settled": 2, "voided": 3}

CHIP = ("aid", "app_label", "arqc", "tc", "tvr", "tsi", "atc")
REVERSALS = frozenset({"void", "refund", "auth_cancel"})


def status_of(own: str, amount: int, refunded: int) -> str:
    """The status that people see: what the payment's own rows said, and what was given back."""
    if own in {"voided", "declined"} or refunded <= 0:
        return own
    return "refunded" if refunded >= amount else "partly_refunded"
