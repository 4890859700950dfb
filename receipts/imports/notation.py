"""How amounts and days are written where a format says otherwise than our own."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from receipts.imports.values import Days, Unreadable, fen_from_fen, fen_from_yuan, narrow

UNITS = frozenset({"yuan", "fen"})
# What a sign before an amount means: nothing good; a way to write reversals; that it is one.
NEGATIVES = frozenset({"refuse", "reversals", "refund"})
_POINTED = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]{1,2})?|[0-9]+(?:,[0-9]{1,2})?")


@dataclass(frozen=True)
class Money:
    """Reads an amount → fen, with a minus where the file has one and the format knows of it.

    What the format does not declare is refused: a comma before the cents, parentheses, a sign.
    """

    unit: str = "yuan"
    signs: tuple[str, ...] = ()  # currency signs besides the yuan's
    decimal: str = "."
    parentheses: bool = False  # (12.00) is an amount with a minus
    negative: str = "refuse"

    @cached_property
    def _is_usual(self) -> bool:
        return self == Money(self.unit)

    @property
    def quickest(self) -> Callable[[str], str]:
        """What to call where every amount of a file is read."""
        if self._is_usual:
            return fen_from_yuan if self.unit == "yuan" else fen_from_fen
        return self.__call__

    def __call__(self, text: str) -> str:
        read = fen_from_yuan if self.unit == "yuan" else fen_from_fen
        if self._is_usual or (text.isdigit() and text.isascii()):
            return read(text)
        plain, is_negative = self._unsigned(narrow(text).strip())
        if is_negative and self.negative == "refuse":
            raise Unreadable("amount_negative")
        if self.decimal == ",":
            if not _POINTED.fullmatch(plain):
                raise Unreadable("amount")
            plain = plain.replace(".", "").replace(",", ".")
        fen = read(plain)
        return f"-{fen}" if is_negative and fen != "0" else fen

    def _unsigned(self, text: str) -> tuple[str, bool]:
        """Without currency sign and minus, wherever they stand: -$0.93, $-0.93, 0.93-."""
        is_negative, currency = False, ""
        if self.parentheses and len(text) > 2 and text[0] == "(" and text[-1] == ")":
            text, is_negative = text[1:-1].strip(), True
        for _either_order in range(2):
            if text[:1] in {"-", "−"} and not is_negative:
                text, is_negative = text[1:].strip(), True
            elif text[:1] == "+" and not is_negative:
                text = text[1:].strip()
            if not currency:
                currency = next((s for s in self.signs if text.startswith(s)), "")
                text = text.removeprefix(currency).strip()
        if text[-1:] == "-" and not is_negative:
            text, is_negative = text[:-1].strip(), True
        return text, is_negative


_DAY_FIRST = re.compile(
    r"([0-9]{1,2})(?:([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})|([0-9]{2})([0-9]{4}|[0-9]{2}))"
)
_TWO_DIGIT_YEAR = re.compile(r"([0-9]{2})(?:[-/.]?)([0-9]{2})(?:[-/.]?)([0-9]{2})")
DATES = frozenset({"ymd", "dmy", "mdy", "yymmdd"})


class OrderedDays(Days):
    """Days in another order than the year's: what 03/04/2026 means is the format's to say."""

    def __init__(self, today: date, order: str):
        super().__init__(today)
        self.order = order

    def read(self, text: str) -> str:
        plain = narrow(text)
        if self.order == "yymmdd":
            match = _TWO_DIGIT_YEAR.fullmatch(plain)
            parts = match.groups() if match else None
        else:
            match = _DAY_FIRST.fullmatch(plain)
            found = [p for p in match.groups() if p and p not in "-/."] if match else []
            if self.order == "mdy":
                found[:2] = reversed(found[:2])
            parts = tuple(reversed(found)) or None
        if parts is None:
            raise Unreadable("date")
        year, month, day = parts
        return super().read(f"{int(year) % 2000 + 2000:04}-{int(month):02}-{int(day):02}")
