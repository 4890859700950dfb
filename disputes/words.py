"""What people write: kept as written, freed of what is no writing and of whole card numbers."""

import re
import unicodedata

from django.utils.translation import gettext as _

from disputes.errors import Invalid

LONGEST = 10_000
# Characters that reorder what stands around them and can make a text read as another.
OVERRIDES = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
# 13 to 19 digits (ISO/IEC 7812): written together; in fours, whatever stands between and beside
# them; in any groups.
_FOURS = r"\d{4}(?:\W{1,3}\d{4}){3}"
CARD_NUMBERS = tuple(
    re.compile(rf"(?<!\d)(?:{form})(?!\d)")
    for form in (
        r"\d{13,19}",
        rf"{_FOURS}\W{{1,3}}\d{{1,3}}",
        _FOURS,
        r"(?:\d[ \-\u00a0]?){12,18}\d",
    )
)
INVISIBLE = {"Cf", "Cc", "Zs", "Zl", "Zp"}


def clean(text: str, field: str = "body", longest: int = LONGEST) -> str:
    """NFC, line ends as \\n, no control characters; emoji and their joiners stay.

    Raises Invalid when nothing readable is left or there are more than `longest` characters.
    """
    text = one_form(text)
    if all(unicodedata.category(c) in INVISIBLE or c == "\n" for c in text):
        raise Invalid(field, _("请写下您要说的话。"))
    if len(text) > longest:
        raise Invalid(
            field,
            _("最多 %(longest)s 个字，现在有 %(length)s 个。请分几次发送。")
            % {"longest": f"{longest:,}", "length": f"{len(text):,}"},
        )
    return text


def one_form(text: str) -> str:
    text = (text or "").replace("\r\n", "\n").replace("\r", "\n").translate(OVERRIDES)
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    return without_card_numbers(unicodedata.normalize("NFC", "".join(kept)).strip())


def without_card_numbers(text: str) -> str:
    """**** 1234 for what could be a card's number: only its last four digits are ever kept."""
    before = None
    while text != before:
        # Again: what is left of one number can stand beside digits and read as another.
        before = text
        for pattern in CARD_NUMBERS:
            text = _masked(text, pattern)
    return text


def _masked(text: str, pattern: re.Pattern) -> str:
    done, at = [], 0
    found = pattern.search(text)
    while found:
        digits = [unicodedata.digit(c) for c in found[0] if c.isdigit()]
        doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
        start = found.start() + 1  # a number can begin inside what only looked like one
        if (sum(doubled) + sum(digits[::-2])) % 10 == 0:
            done += [text[at : found.start()], "**** ", "".join(map(str, digits[-4:]))]
            at = start = found.end()
        found = pattern.search(text, start)
    return "".join([*done, text[at:]])


def one_line(text: str, longest: int) -> str:
    """For a short field: spaces for line ends, cut with an ellipsis."""
    line = " ".join(one_form(text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
