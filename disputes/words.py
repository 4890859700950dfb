"""What people write: kept as written, freed of what is no writing and of whole card numbers."""

import unicodedata

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disputes.errors import Invalid
from portal import card_numbers

LONGEST = 10_000
ERASED = gettext_lazy("内容已依法删除")
# Characters that reorder what stands around them and can make a text read as another.
OVERRIDES = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
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
    return card_numbers.masked(unicodedata.normalize("NFC", "".join(kept)).strip())


def one_line(text: str, longest: int) -> str:
    """For a short field: spaces for line ends, cut with an ellipsis."""
    line = " ".join(one_form(text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
