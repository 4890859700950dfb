"""One box that understands what was typed: 小雨文具店 386.50 11月23日 → merchant, amount, day.

Each word is known by its shape: 12 digits are a reference, 6 a voucher or an authorisation code,
4 a card's tail, 8 a terminal, 15 a merchant; money has fen, 元 or ¥. What is left are words of a
merchant's name.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta

from receipts.lookup_form import Unreadable, read_amount, read_date

_LABELS = (
    ("tail", r"卡?尾号|卡号后四位|单号后四位|tail"),
    ("rrn", r"参考号|检索参考号|rrn|ref(?:erence)?"),
    ("voucher", r"凭证号|流水号|票据号|voucher|trace"),
    ("auth", r"授权码|授权号|auth(?:\.|orisation|orization)?(?: code)?"),
    ("terminal", r"终端(?:编?号)?|terminal"),
)
_LABELLED = re.compile(
    "|".join(rf"(?:{words})\s*[:#]?\s*(?P<{name}>[0-9a-z]+)" for name, words in _LABELS), re.I
)
_APART = re.compile(r"至|到|~|–|—|\.\.")
_DAY = re.compile(r"[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?|[0-9]{1,2}[-/月][0-9]{1,2}日?")
_NEAR = {"今天": 0, "昨天": 1, "前天": 2, "today": 0, "yesterday": 1}
_MONEY = re.compile(r"[¥]?[0-9][0-9,]*(?:\.[0-9]{1,2})?(?:元|块)?", re.I)
_MONEY_FOR_SURE = re.compile(r"¥|元|块|,|\.")
_PLAIN_RANGE = re.compile(r"(¥?[0-9.,]+(?:元|块)?)-(¥?[0-9.,]+(?:元|块)?)")


class Box:
    """`fields` as typed into the single fields would be; `strange` are words of digits that fit
    nothing."""

    def __init__(self, text: str, now: datetime):
        self.now, self.fields = now, {}
        self.strange: list[str] = []
        self._names: list[str] = []
        plain = unicodedata.normalize("NFKC", text)
        for word in _LABELLED.sub(self._take_labelled, plain).split():
            self._take(word)
        if self._names:
            self.fields["merchant"] = " ".join(self._names)

    def _take_labelled(self, match: re.Match) -> str:
        self.fields |= {name: value for name, value in match.groupdict().items() if value}
        return " "

    def _take(self, word: str) -> None:
        if not (
            self._take_range(word)
            or self._take_day(word)
            or self._take_money(word)
            or self._take_number(word)
        ):
            self._names.append(word)

    def _take_range(self, word: str) -> bool:
        ends = _APART.split(word)
        if len(ends) != 2:
            match = None if self._day(word) else _PLAIN_RANGE.fullmatch(word)
            ends = list(match.groups()) if match else []
        days = [self._day(end) for end in ends]
        if ends and all(days):
            self.fields |= {"day": days[0], "until": days[1]}
        elif ends and all(_is_money(end) for end in ends):
            self.fields |= {"amount": ends[0], "amount_to": ends[1]}
        else:
            return False
        return True

    def _take_day(self, word: str) -> bool:
        if day := self._day(word):
            self.fields["day"] = day
        return bool(day)

    def _day(self, word: str) -> str:
        if (back := _NEAR.get(word.casefold())) is not None:
            return (self.now.date() - timedelta(days=back)).isoformat()
        if not (_DAY.fullmatch(word) or re.fullmatch(r"20[0-9]{6}", word)):
            return ""
        try:
            return read_date(word, self.now).isoformat()
        except Unreadable:
            return ""

    def _take_money(self, word: str) -> bool:
        sure = _MONEY.fullmatch(word) and _MONEY_FOR_SURE.search(word)
        small = re.fullmatch(r"[0-9]{1,3}|[0-9]{5}", word)
        if (sure or small) and _is_money(word):
            self.fields["amount"] = word
            return True
        return False

    def _take_number(self, word: str) -> bool:
        digits = sum(char.isdigit() for char in word)
        if not re.fullmatch(r"[0-9A-Za-z]+", word) or not digits:
            return False
        name = {4: "tail", 6: "code", 8: "terminal", 12: "rrn", 15: "merchant"}.get(len(word), "")
        is_number = digits == len(word)
        if not is_number and (name in {"tail", "code"} or digits < len(word) / 2):
            return False  # 3C88, 1688shop: a name, as far as anybody can tell
        if name == "merchant":
            self._names.append(word)
        elif name:
            self.fields[name] = word
        elif is_number:
            self.strange.append(word)
        else:
            return False
        return True


def _is_money(text: str) -> bool:
    try:
        return bool(_MONEY.fullmatch(text) and read_amount(text.replace("块", "元")))
    except Unreadable:
        return False
