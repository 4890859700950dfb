"""What people write: kept as written, freed of what is no writing and of whole card numbers."""

import re
import unicodedata

from django.utils.translation import gettext as _

from disputes.errors import Invalid

LONGEST = 10_000
# Characters that reorder what stands around them and can make a text read as another.
OVERRIDES = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
# 13 to 19 digits (ISO/IEC 7812), written together or in groups.
CARD_NUMBER = re.compile(r"(?<!\d)(?:\d[ \-\u00a0]?){12,18}\d(?!\d)")
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
    return CARD_NUMBER.sub(_masked, unicodedata.normalize("NFC", "".join(kept)).strip())


def _masked(found: re.Match) -> str:
    """**** 1234 for what could be a card's number: only its last four digits are ever kept."""
    digits = [unicodedata.digit(c) for c in found[0] if c.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    if (sum(doubled) + sum(digits[::-2])) % 10:
        return found[0]
    return "**** " + "".join(map(str, digits[-4:]))


def one_line(text: str, longest: int) -> str:
    """For a short field: spaces for line ends, cut with an ellipsis."""
    line = " ".join(one_form(text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
