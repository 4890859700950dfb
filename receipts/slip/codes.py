"""The short code on a slip by which anybody checks it at `/verify/`.

Eleven random characters of 32 (55 bits) and one that checks the typing: with ten million slips
issued, a guess finds one of them once in 3.6 thousand million tries. Digits and letters that look
alike (0 and O, 1 and I) are not used.
"""

import secrets
import unicodedata

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH, GROUP = 12, 4
# x⁵ + x² + 1, primitive over GF(2): the field of 32 elements.
FIELD = 0b100101


def _check(values: list[int]) -> int:
    """The code as a polynomial at a primitive element: one wrong character, or two neighbours
    that changed places, never gives the same."""
    sum_ = 0
    for value in values:
        sum_ <<= 1
        if sum_ & 32:
            sum_ ^= FIELD
        sum_ ^= value
    return sum_


def new() -> str:
    values = [secrets.randbelow(32) for _ in range(LENGTH - 1)]
    return "".join(ALPHABET[value] for value in [*values, _check([*values, 0])])


def typed(text: str) -> str:
    """The code that somebody typed, in whatever case, width and grouping; "" for what no slip of
    ours can bear."""
    plain = unicodedata.normalize("NFKC", text).upper()
    code = "".join(character for character in plain if character.isalnum())
    if len(code) != LENGTH or any(character not in ALPHABET for character in code):
        return ""
    return code if _check([ALPHABET.index(character) for character in code]) == 0 else ""


def grouped(code: str) -> str:
    """7KQ4-M2XD-9FHW, as it stands on paper."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))
