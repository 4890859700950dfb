"""Data of a card's chip: hexadecimal, so no place for a card number and no reason to fear one."""

import re
from dataclasses import dataclass

from receipts.imports.values import Code, Unreadable, without_numbers

_WITH_A_LETTER = re.compile(r"(?=[0-9]*[A-Fa-f])[0-9A-Fa-f]+")


@dataclass(frozen=True)
class ChipData:
    """EMV Book 3, annex A: AID, ARQC, TC, TVR, TSI, ATC; at most `longest` characters.

    A run of digits inside a cryptogram is chance: one row in 20,000 would look like a card number.
    Where a letter stands beside it, it cannot be one; a cell of digits alone that could be one is
    left out, for the payment is worth more than its cryptogram.
    """

    longest: int

    def __call__(self, text: str) -> str:
        plain = text.strip()
        if _WITH_A_LETTER.fullmatch(plain):
            if len(plain) > self.longest:
                raise Unreadable("too_long")
            return plain.upper()
        if without_numbers(plain) != plain:
            return ""
        return Code(self.longest, zeros_are_nothing=False)(plain)
