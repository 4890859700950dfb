"""Which reader each column has, and how long its values may be (the model's own lengths)."""

from collections.abc import Callable, Sequence

from portal.money import EXPONENTS
from receipts.imports import values
from receipts.imports.chip import ChipData
from receipts.imports.columns import AT, CHIP, EMPTY, ORIGINAL, PLACE_NAMES
from receipts.imports.formats import WORDS, Format, FormatError, plain
from receipts.imports.values import Code, Remembered, Text, Unreadable

Read = Callable[[str], str]


class Words:
    """One of a few words of a format, whatever its case and width."""

    def __init__(self, field_name: str, words: dict[str, str]):
        self.words = words or {plain(word): word for word in WORDS[field_name]}
        self.reason = f"unknown_word_{field_name}" if field_name in {"kind", "status"} else "word"

    def __call__(self, text: str) -> str:
        meaning = self.words.get(plain(text))
        if meaning is None:
            raise Unreadable(self.reason)
        return meaning


def _currency(text: str) -> str:
    code = {"人民币": "CNY", "RMB": "CNY", "156": "CNY"}.get(text, text.upper())
    if not (len(code) == 3 and code.isascii() and code.isalpha()) or EXPONENTS.get(code, 2) != 2:
        raise Unreadable("currency")
    return code


_CODES: dict[str, Read] = {
    "source": Code(24),
    "source_id": Code(64),
    "acquirer_code": Code(11),
    "rrn": Code(12, pad=12),
    "batch_no": Code(6, pad=6, zeros_are_nothing=False),
    "voucher_no": Code(6, pad=6),
    "card_brand": Code(16),
    "issuer_code": Code(11),
    "auth_code": Code(6),
    "operator_no": Code(8, zeros_are_nothing=False),
    "order_no": Code(64),
}
_TEXTS: dict[str, Read] = {"issuer_name": Text(60), "acquirer_name": Text(60), "remarks": Text(120)}
PLACE: dict[str, Read] = {
    "merchant_no": Code(15),
    "terminal_no": Code(8),
    "merchant_name": Text(120),
    "merchant_name_en": Text(120),
    "city": Text(40),
    "terminal_model": Text(40),
    "terminal_software": Text(20),
}
CHIP_CODES: dict[str, Read] = {name: ChipData(32) for name in CHIP} | {"app_label": Text(32)}
_AMOUNTS = {
    "amount": "amount_minor",
    "authorised_amount": "authorised_minor",
    "tip": "tip_minor",
    "refunded_amount": "refunded_said_minor",
}


_ORIGINAL_CODES = [name for name in ORIGINAL if name != "original_date"]
# Different on nearly every row, so that remembering them would only cost.
EACH_ITS_OWN = {"source_id", "rrn", "auth_code", "order_no"}


def remembering(read: Read) -> Read:
    return Remembered(read).__getitem__


def readers(
    format: Format, days: Read, remembering: Callable[[Read], Read] = remembering
) -> dict[str, tuple[str, Read]]:
    """Field → the column of the row that it goes to, and what reads it. What reads a card's number
    remembers nothing."""
    amounts = remembering(format.money.quickest)
    told = {
        name: (name, read if name in EACH_ITS_OWN else remembering(read))
        for name, read in (_CODES | _TEXTS).items()
    }
    words = {name: (name, remembering(Words(name, format.words.get(name, {})))) for name in WORDS}
    codes = _CODES | {"terminal_no": PLACE["terminal_no"]}
    original = {name: (name, codes[name.removeprefix("original_")]) for name in _ORIGINAL_CODES}
    return {
        **{name: (slot, amounts) for name, slot in _AMOUNTS.items()},
        **told,
        **words,
        **original,
        "status": ("own_status", words["status"][1]),
        "currency": ("currency", remembering(_currency)),
        "instalments": ("instalments", remembering(values.whole_number)),
        "card": ("card_tail", values.card_tail),
        "device_card": ("wallet_tail", values.card_tail),
        "date": ("local_date", days),
        "settled_on": ("settled_on", days),
        "original_date": ("original_date", days),
    }


def defaults(format: Format) -> tuple[list, dict[str, str]]:
    """A row, and what a shop is called, where the file says nothing.

    Raises FormatError for a default that no file could say.
    """
    row: list = EMPTY.copy()
    row[AT.kind], row[AT.own_status] = "sale", "settled"
    shop = dict.fromkeys(PLACE_NAMES, "")
    read = readers(format, str)
    for name, text in format.defaults.items():
        try:
            if name in WORDS:
                if text not in WORDS[name]:
                    raise Unreadable("word")
                row[AT.__dict__[read[name][0]]] = text
            elif name in shop:
                shop[name] = PLACE[name](text)
            else:
                slot, reader = read[name]
                row[AT.__dict__[slot]] = reader(text)
        except (KeyError, Unreadable):
            raise FormatError("format_broken", f"defaults.{name}: {text}") from None
    return row, shop


LONGEST_KEPT = 120  # characters of a cell that are kept of a refused row
# Columns whose honest values are long numbers: only card numbers are cut out of them.
_NUMBERS = {*_CODES, *ORIGINAL, *CHIP, "merchant_no", "terminal_no", "date_time"} - {"app_label"}


def keepable(positions: dict[str, int], cells: Sequence[str], around: str) -> dict[str, str]:
    """What may be kept of a row that was refused: the columns we know, long numbers cut."""
    kept = {}
    for name, position in positions.items():
        text = cells[position] if position < len(cells) else ""
        text = text.strip().strip(around).strip()[: 4 * LONGEST_KEPT]
        if not text:
            continue
        if name in {"card", "device_card"}:
            try:
                kept[name] = values.card_tail(text)
            except Unreadable:
                kept[name] = "****"
        else:
            safe = values.without_long_numbers if name not in _NUMBERS else values.without_numbers
            kept[name] = _storable(safe(text))[:LONGEST_KEPT]
    return kept


def _storable(text: str) -> str:
    """No NUL and no half characters: neither database holds them."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
