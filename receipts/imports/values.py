"""Reading one value of a file: strict about what it means, exact with money, deaf to card numbers.

Readers take a text without white space around it and give a text again: the form in which the
staging table of either database takes it. Money goes from yuan to fen by splitting the text; no
number with a point in it is ever made. What cannot be read raises Unreadable with a reason code.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from string import ascii_letters
from zoneinfo import ZoneInfo

from portal import card_numbers


class Unreadable(ValueError):
    """`reason` is a code of receipts.imports.reasons."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class Remembered(dict):
    """Results by text: a file says the same few thousand things a million times."""

    def __init__(self, read: Callable[[str], str], most: int = 50_000):
        super().__init__()
        self.read, self.most = read, most

    def __missing__(self, text: str) -> str:
        value = self.read(text)
        if len(self) >= self.most:
            self.clear()
        self[text] = value
        return value


_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def narrow(text: str) -> str:
    """Full-width digits, letters and signs as ordinary ones; nothing else is taken for a digit."""
    return text if text.isascii() else text.translate(_FULL_WIDTH)


# --- what must not get further than this module ---------------------------------------------------

# GB 11643-1999: region, birth day, sequence, check character.
_IDENTITY_NUMBER = re.compile(r"(?<!\d)\d{6}(?:19|20)\d{9}[\dXx](?!\d)")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _is_identity_number(digits: str) -> bool:
    total = sum(int(d) * weight for d, weight in zip(digits[:17], _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == digits[17].upper()


def without_numbers(text: str) -> str:
    """`text` with each card number cut to its last four digits and each identity number gone."""
    if not card_numbers.may_hold_one(text):
        return text

    def gone(match: re.Match) -> str:
        return "****" if _is_identity_number(match[0]) else match[0]

    plain = narrow(text)
    cleaned = card_numbers.masked(_IDENTITY_NUMBER.sub(gone, plain), in_files=True)
    return text if cleaned == plain else cleaned


def holds_number(code: str) -> bool:
    """The same question of a code, where nearly all are one run of digits between letters."""
    run = code.strip(ascii_letters)
    if not (run.isdigit() and run.isascii()) or len(run) in {17, 18}:
        # An identity number may have a letter at its end.
        return without_numbers(code) != code
    is_of_that_length = card_numbers.SHORTEST <= len(run) <= card_numbers.LONGEST
    return is_of_that_length and card_numbers.is_of_a_scheme(run)


def without_long_numbers(text: str) -> str:
    """For what is quoted of a value that could not be read: there a card number may be mistyped,
    so every long number goes."""
    plain = narrow(text)
    return re.sub(r"\d(?:[ \-]?\d){11,}", lambda match: f"****{match[0][-4:]}", plain)


# Marks for digits that are not shown, among others; or at least eight digits more.
_BEFORE_A_TAIL = re.compile(
    r"[0-9 .·-]*[*xX·][0-9*xX.· -]*|[ .-]*|(?:[ .-]*[0-9]){8,}[ .-]*", re.ASCII
)


def card_tail(text: str) -> str:
    """The last four digits, of `1234`, `**** 1234`, `622848******1234` or a whole number. Five to
    eleven digits are neither: nobody can say which of them was typed too often.
    """
    tail = text[-4:]
    if len(tail) == 4 and tail.isascii() and tail.isdigit():
        before = text[:-4]
        if not before or _BEFORE_A_TAIL.fullmatch(before):
            return tail
    plain = narrow(text)
    if plain != text:
        return card_tail(plain)
    raise Unreadable("card_tail")


# --- money ---------------------------------------------------------------------------------------

LARGEST = 10**13  # fen; more than any terminal takes
_MONEY_SIGNS = re.compile(r"^(?:CN¥|RMB|CNY|[¥￥])\s*|\s*(?:元|圆|RMB|CNY)$", re.IGNORECASE)
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,2})?")


def fen_from_yuan(text: str) -> str:
    """`386.50`, `386`, `1,234.50`, `￥9.90`, `９.９０` → fen. Nothing that could mean something
    else: no `1e3`, no `(12.00)`, no `1.234,50`, no third decimal, no sign."""
    yuan, point, cents = text.partition(".")
    if (
        yuan.isdigit()
        and text.isascii()
        and len(yuan) <= 12
        and (cents.isdigit() if point else True)
        and len(cents) <= 2
    ):
        return _bounded(int(yuan + cents.ljust(2, "0")))
    plain = _MONEY_SIGNS.sub("", narrow(text).strip())
    if plain.startswith(("-", "−", "(")):
        raise Unreadable("amount_negative")
    if re.search(r"[eE]", plain):
        raise Unreadable("spreadsheet_number")
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if re.fullmatch(r"[0-9]+\.[0-9]{3,}", plain):
        raise Unreadable("amount_decimals")
    if re.fullmatch(r"[0-9]{13,}(\.[0-9]{1,2})?", plain):
        raise Unreadable("amount_too_large")
    if plain == text or not plain:
        raise Unreadable("amount")
    return fen_from_yuan(plain)


def fen_from_fen(text: str) -> str:
    if text.isascii() and text.isdigit():
        if len(text) > 20:
            raise Unreadable("amount_too_large")
        return _bounded(int(text))
    plain = narrow(text)
    if plain.startswith("-"):
        raise Unreadable("amount_negative")
    if plain == text:
        raise Unreadable("amount")
    return fen_from_fen(plain)


def _bounded(minor: int) -> str:
    if minor > LARGEST:
        raise Unreadable("amount_too_large")
    return str(minor)


# --- days and times ------------------------------------------------------------------------------

EARLIEST = date(2000, 1, 1)
AHEAD = timedelta(days=1)  # a terminal's clock may be a little ahead of ours
_DAY = re.compile(r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{2})([0-9]{2}))")
_DAY_IN_CHINESE = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,6})?)?")
_COMPACT_CLOCK = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})?")


class Days:
    """Days as files write them → ISO text, checked against the calendar and against today."""

    def __init__(self, today: date):
        self.latest = today + AHEAD

    def read(self, text: str) -> str:
        match = _DAY.fullmatch(text) or _DAY_IN_CHINESE.fullmatch(text)
        if match is None:
            plain = narrow(text)
            if plain != text:
                return self.read(plain)
            raise Unreadable("date")
        year, month, day = (int(p) for p in match.groups() if p and p not in "-/.")
        try:
            read = date(year, month, day)
        except ValueError:
            raise Unreadable("date_not_in_calendar") from None
        if read < EARLIEST:
            raise Unreadable("date_too_early")
        if read > self.latest:
            raise Unreadable("date_in_future")
        return read.isoformat()


def clock(text: str) -> str:
    """14:05, 14:05:33, 140533, 1405 → HH:MM:SS."""
    match = _CLOCK.fullmatch(text) or _COMPACT_CLOCK.fullmatch(text)
    if match is None:
        plain = narrow(text)
        if plain != text:
            return clock(plain)
        raise Unreadable("time")
    hour, minute, second = (int(part or 0) for part in match.groups())
    if hour > 23 or minute > 59 or second > 59:
        raise Unreadable("time")
    return f"{hour:02}:{minute:02}:{second:02}"


class Moments:
    """A local day and clock → UTC as text. Zones differ from UTC by the hour's quarter at least, so
    the quarter of an hour decides and the rest is copied."""

    def __init__(self, zone: ZoneInfo, now: datetime):
        self.zone = zone
        self.latest = f"{now.astimezone(UTC) + AHEAD:%Y-%m-%d %H:%M:%S}"
        self._quarters: dict[tuple[str, int, int], tuple[str, int]] = {}

    def read(self, day: str, time_of_day: str) -> str:
        """Both as `Days` and `clock` give them."""
        text = self.utc(day, time_of_day)
        if text > self.latest:
            raise Unreadable("date_in_future")
        return text

    def utc(self, day: str, time_of_day: str) -> str:
        minute = int(time_of_day[3:5])
        key = (day, int(time_of_day[:2]), minute // 15)
        found = self._quarters.get(key)
        if found is None:
            if len(self._quarters) > 50_000:
                self._quarters.clear()
            found = self._quarters[key] = self._quarter(*key)
        return f"{found[0]}{found[1] + minute % 15:02}{time_of_day[5:]}"

    def _quarter(self, day: str, hour: int, quarter: int) -> tuple[str, int]:
        local = datetime.fromisoformat(day).replace(
            hour=hour, minute=quarter * 15, tzinfo=self.zone
        )
        utc = local.astimezone(UTC)
        return f"{utc:%Y-%m-%d %H:}", utc.minute


# --- texts and codes -----------------------------------------------------------------------------

_SPREADSHEET = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+[0-9]{1,3}")
_NOTHING = frozenset({"", "-", "--", "N/A", "NULL", "null"})
_FORMULA = re.compile(r'="([^"]*)"')


def bare(text: str) -> str:
    """Without what a spreadsheet puts around a number to keep its zeros: `="007"`, `'007`."""
    match = _FORMULA.fullmatch(text)
    if match:
        return match[1].strip()
    return text.lstrip("'").strip() if text.startswith("'") else text


@dataclass(frozen=True)
class Code:
    """A number or code of the field: no spaces, bounded; all zeros and a lone dash mean nothing."""

    longest: int
    pad: int = 0  # digits that a spreadsheet cut off in front are put back
    zeros_are_nothing: bool = True

    def __call__(self, text: str) -> str:
        if text in _NOTHING:
            return ""
        if not (text.isalnum() and text.isascii()):
            text = self._tidied(text)
        if self.zeros_are_nothing and not text.strip("0"):
            return ""
        if self.pad and len(text) < self.pad and text.isdigit():
            text = text.zfill(self.pad)
        if len(text) > self.longest:
            raise Unreadable("too_long")
        if len(text) >= 13 and holds_number(text):
            raise Unreadable("card_number_in_column")
        return text

    @staticmethod
    def _tidied(text: str) -> str:
        text = bare(narrow(text))
        if not text.isprintable():
            raise Unreadable("broken_characters")
        if _SPREADSHEET.fullmatch(text):
            raise Unreadable("spreadsheet_number")
        if " " in text:
            raise Unreadable("space_within")
        return "" if text in _NOTHING else text


@dataclass(frozen=True)
class Text:
    """Free words: one line, cut where too long, card and identity numbers cut out."""

    longest: int

    def __call__(self, text: str) -> str:
        if "\n" in text or "\r" in text or "\t" in text:
            text = " ".join(text.split())
        if not text.isprintable():
            text = _visible(text)
        text = without_numbers(text)
        return text if len(text) <= self.longest else text[: self.longest - 1].rstrip() + "…"


def _visible(text: str) -> str:
    """Without marks that are not seen (zero width, direction); a byte that was no character at all,
    or a control, is no accident of writing and makes the row unreadable."""
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if category in {"Cs", "Cc"} or character == "\ufffd":
            raise Unreadable("broken_characters")
        if category in {"Zs", "Zl", "Zp"}:
            kept.append(" ")
        elif category != "Cf":
            kept.append(character)
    return "".join(kept)


def whole_number(text: str) -> str:
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise Unreadable("whole_number")
    return str(int(text))
