"""What a search asks for: the box and the fields beside it, read, with errors kept for each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import moments, money
from receipts.finding.box import Box
from receipts.lookup_form import (
    Unreadable,
    looks_like_a_card_number,
    may_search_for,
    read_amount,
    read_date,
    read_tail,
)

LABELS: dict[str, str | Promise] = {
    "merchant": gettext_lazy("商户"),
    "terminal": gettext_lazy("终端编号"),
    "tail": gettext_lazy("尾号"),
    "rrn": gettext_lazy("参考号"),
    "voucher": gettext_lazy("凭证号"),
    "auth": gettext_lazy("授权码"),
    "code": gettext_lazy("凭证号或授权码"),
}
FIELDS = (
    *("q", "merchant", "terminal", "day", "until", "amount", "amount_to"),
    *("tail", "rrn", "voucher", "auth"),
)
LONGEST = 80
NO_CARD_NUMBER = gettext_lazy("请不要填整个卡号，只要后四位。您刚才填的我们没有保存")


@dataclass(frozen=True)
class Values:
    """What was read. Amounts are fen; `amount_to` and `until` are the ends of a range, inclusive;
    `code` is a voucher number or an authorisation code, whoever typed it may not know which."""

    merchant: str = ""
    terminal: str = ""
    tail: str = ""
    rrn: str = ""
    voucher: str = ""
    auth: str = ""
    code: str = ""
    amount: int | None = None
    amount_to: int | None = None
    day: date | None = None
    until: date | None = None

    @property
    def is_amount_exact(self) -> bool:
        return self.amount is not None and self.amount_to in (None, self.amount)

    @property
    def names(self) -> list[str]:
        """Which of them were given."""
        return [name for name, value in vars(self).items() if value not in ("", None)]

    @property
    def days(self) -> int:
        """How many calendar days it asks for; 0: any."""
        return ((self.until or self.day) - self.day).days + 1 if self.day else 0


@dataclass
class Wanted:
    """`typed` is what stands in the fields again, `errors` what is wrong beside them."""

    typed: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    values: Values = field(default_factory=Values)
    from_box: tuple[str, ...] = ()  # names of values that the box told

    @classmethod
    def read(cls, query: Mapping) -> Wanted:
        wanted = cls({name: str(query.get(name, "")).strip()[:LONGEST] for name in FIELDS})
        told = wanted._open_box()
        given = told | {name: text for name, text in wanted.typed.items() if text and name != "q"}
        wanted.from_box = tuple(name for name in told if not wanted.typed.get(name))
        wanted.values = Values(**wanted._read_all(given))
        wanted._check_ranges()
        return wanted

    @property
    def asked(self) -> bool:
        return any(self.typed.values())

    @property
    def has_fields(self) -> bool:
        """Whether anything but the box was used, so that the fields are to stand open."""
        return any(text for name, text in self.typed.items() if name != "q") or any(
            name != "q" for name in self.errors
        )

    @property
    def query(self) -> str:
        """The address of this search."""
        return urlencode({name: text for name, text in self.typed.items() if text})

    @property
    def understood(self) -> list[str]:
        """What the box was taken to mean, in words."""
        values, words = self.values, []
        for name, label in LABELS.items():
            if name in self.from_box and (value := getattr(values, name)):
                words.append(f"{label} {value}")
        if "amount" in self.from_box and values.amount is not None:
            words.append(_("金额 {amount}").format(amount=_amounts(values)))
        if "day" in self.from_box and values.day:
            words.append(_days(values))
        return words

    def _open_box(self) -> dict[str, str]:
        if not self.typed["q"]:
            return {}
        box = Box(self.typed["q"], timezone.localtime())
        if box.strange:
            self.errors["q"] = _(
                "认不出 {number}：参考号 12 位，凭证号和授权码 6 位，终端 8 位，尾号 4 位，"
                "金额带小数或“元”"
            ).format(number=box.strange[0])
        return box.fields

    def _read_all(self, given: dict[str, str]) -> dict[str, Any]:
        now = timezone.localtime()
        read: dict[str, Any] = {}
        readers: dict[str, Callable[[str], Any]] = {
            "merchant": str,
            "terminal": _read_terminal,
            "tail": read_tail,
            "rrn": _read_rrn,
            "voucher": _read_voucher,
            "auth": _read_auth,
            "code": _read_voucher,
            "amount": read_amount,
            "amount_to": read_amount,
            "day": lambda text: read_date(text, now),
            "until": lambda text: read_date(text, now),
        }
        for name, text in given.items():
            try:
                read[name] = readers[name](text)
            except Unreadable as error:
                self.errors[name if self.typed.get(name) else "q"] = str(error)
        return read

    def _check_ranges(self) -> None:
        values = self.values
        if values.until and not values.day and "day" not in self.errors:
            self.errors["day"] = _("请填从哪一天起")
        if values.day and values.until and values.until < values.day:
            self.errors["until"] = _("止日在起日之前")
        if values.amount_to is not None and values.amount_to < (values.amount or 0):
            self.errors["amount_to"] = _("这里的金额比前面的小")


def holds_a_card_number(query: Mapping) -> bool:
    """Nobody searches by one, and no page sends one back: to be asked before anything else."""
    for name in FIELDS:
        text = str(query.get(name, ""))
        if name == "merchant":
            whole = not may_search_for(text)
        elif name == "q":
            whole = _box_holds_one(text)
        elif name == "rrn":
            whole = len(re.sub(r"\D", "", unicodedata.normalize("NFKC", text))) > 12
        else:
            whole = looks_like_a_card_number(text) and name not in {"day", "until"}
        if whole:
            return True
    return False


def _box_holds_one(text: str) -> bool:
    """One long number that is no merchant's, or fours as cards bear them."""
    plain = unicodedata.normalize("NFKC", text)
    runs = re.findall(r"[0-9](?:-?[0-9])+", plain)
    digits = [len(run.replace("-", "")) for run in runs]
    return any(count >= 13 and count != 15 for count in digits) or bool(
        re.search(r"(?<![0-9])(?:[0-9]{4}[ -]+){3}[0-9]{1,7}(?![0-9])", plain)
    )


def _compact(text: str) -> str:
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()


def _read_rrn(text: str) -> str:
    plain = _compact(text)
    if not re.fullmatch(r"[0-9A-Z]{12}", plain):
        raise Unreadable(_("参考号是 12 位"))
    return plain


def _read_voucher(text: str) -> str:
    plain = _compact(text)
    if not re.fullmatch(r"[0-9]{1,6}", plain):
        raise Unreadable(_("凭证号是 6 位数字"))
    return plain.zfill(6)


def _read_auth(text: str) -> str:
    plain = _compact(text)
    if not re.fullmatch(r"[0-9A-Z]{6}", plain):
        raise Unreadable(_("授权码是 6 位数字或字母"))
    return plain


def _read_terminal(text: str) -> str:
    plain = _compact(text)
    if not re.fullmatch(r"[0-9A-Z]{1,8}", plain):
        raise Unreadable(_("终端编号最多 8 位，只有数字和字母"))
    return plain


def _amounts(values: Values) -> str:
    first = money.text(values.amount or 0)
    if values.is_amount_exact or values.amount_to is None:
        return first
    return f"{first}–{money.text(values.amount_to)}"


def _days(values: Values) -> str:
    first = moments.day(values.day) if values.day else ""
    return f"{first}–{moments.day(values.until)}" if values.until else first
