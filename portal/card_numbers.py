"""Whole card numbers in what people and files say: only the last four digits are ever kept."""

import re
from collections.abc import Iterator

# ISO/IEC 7812: 13 to 19 digits, the last of which checks the others (7812-1, annex B).
SHORTEST, LONGEST = 13, 19
# Where card numbers begin: 3 to 6 and 81 are the card schemes', 9 is national use, 2221 to 2720 is
# a scheme's second range.
_SCHEME = re.compile(r"[3-69]|81|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)")
_GROUP = re.compile(r"\d+")
# Without this there is none, however it is written.
_SUSPECT = re.compile(r"\d(?:[\W_]{0,3}\d){12}")
# What stands between the digits of one number: next to nothing where the groups are of any
# length (but in people's words a point stands in amounts and days); between fours, as cards bear
# them, anything that is no word.
_CLOSE = re.compile(r"[ \-\u00a0]")
_CLOSE_IN_FILES = re.compile(r"[ .\-\u00a0]")
_WIDE = re.compile(r"[\W_]{1,3}")


def passes_luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit)
        total += number if place % 2 == 0 else (number * 2 if number < 5 else number * 2 - 9)
    return total % 10 == 0


def is_of_a_scheme(digits: str) -> bool:
    """Whether a card could bear it. Orders and references of that length begin otherwise."""
    return bool(_SCHEME.match(digits)) and passes_luhn(digits)


def may_hold_one(text: str) -> bool:
    """A quick no for nearly every text."""
    return len(text) >= SHORTEST and _SUSPECT.search(text) is not None


def masked(text: str, *, in_files: bool = False) -> str:
    """**** 1234 for what could be a card's number, written in whatever groups.

    People's words lose every number that checks. Files are full of honest long numbers: `in_files`
    only what a card scheme issues goes.
    """
    if not may_hold_one(text):
        return text
    before = None
    while text != before:
        # Again: what is left of one number can stand beside digits and read as another.
        before = text
        text = _masked_once(text, in_files)
    return text


def holds_one(text: str) -> bool:
    return masked(text) != text


def _masked_once(text: str, in_files: bool) -> str:
    done, at = [], 0
    groups = list(_GROUP.finditer(text))
    for first, start in enumerate(groups):
        if start.start() < at:
            continue
        for end, digits in _numbers_from(text, groups[first:], in_files):
            if is_of_a_scheme(digits) if in_files else passes_luhn(digits):
                done += [text[at : start.start()], "**** ", digits[-4:]]
                at = end
                break
    return "".join([*done, text[at:]])


def _numbers_from(text: str, groups: list[re.Match], in_files: bool) -> Iterator[tuple[int, str]]:
    """What could be one number beginning with the first group, and where each ends; the longest
    first, that nothing of a card's stays beside its mask."""
    close = _CLOSE_IN_FILES if in_files else _CLOSE
    found, digits, is_close, in_fours, last = [], "", True, True, None
    for group in groups:
        if last is not None:
            gap = text[last.end() : group.start()]
            is_close = is_close and close.fullmatch(gap) is not None
            in_fours = in_fours and len(last[0]) == 4 and _WIDE.fullmatch(gap) is not None
        digits += _plain(group[0])
        if len(digits) > LONGEST or not (is_close or in_fours):
            break
        if len(digits) >= SHORTEST and (is_close or len(group[0]) <= 4):
            found.append((group.end(), digits))
        last = group
    return reversed(found)


def _plain(digits: str) -> str:
    """Full-width and other scripts' digits as ordinary ones."""
    return digits if digits.isascii() else "".join(str(int(digit)) for digit in digits)
