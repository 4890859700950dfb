"""Reading what a customer typed: kind to every way of writing it, strict about what it means."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from receipts.lookup import Facts

FIELDS = (
    "card_tail",
    "date",
    "other_date",
    "time",
    "amount",
    "merchant_name",
    "auth_code",
    "rrn",
)
LONGEST = 120  # characters of any field that are worth reading
MOST = 10**13  # fen; more than any terminal takes


class Unreadable(ValueError):
    """Says, in the customer's language, what to change."""


class NoAmount(Unreadable):
    """Nothing was typed, or what is no amount at all."""


@dataclass
class LookupForm:
    """`facts` where everything could be read, else `errors` (field → what to change); `basics`
    are the facts without the optional details, which may be wrong. `values` is what stands in the
    fields again, a whole card number excepted.
    """

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    basics: Facts | None = None
    facts: Facts | None = None

    @classmethod
    def read(cls, data: Mapping, now: datetime | None = None) -> "LookupForm":
        """`data` is a QueryDict or any mapping of the form's fields; `now` defaults to now."""
        now = timezone.localtime(now)
        form = cls(values={name: str(data.get(name, ""))[:LONGEST].strip() for name in FIELDS})
        form.values["date"] = _chosen_date(data)
        read = {
            "card_tail": form._read("card_tail", read_tail),
            "day": form._read("date", lambda text: _day(text, form.values["other_date"], now)),
            "clock": form._read("time", read_time),
            "amount_minor": form._read("amount", read_amount),
        }
        if not form.errors:
            form._complete(read, now)
        details = {
            "merchant_name": form._read("merchant_name", _merchant_name),
            "auth_code": form._read("auth_code", _auth_code),
            "rrn": form._read("rrn", _rrn),
        }
        if not form.errors and form.basics:
            form.facts = replace(form.basics, **details)
        form._forget_card_numbers()
        return form

    def _read(self, name: str, reader):
        try:
            return reader(self.values[name])
        except Unreadable as error:
            self.errors[name] = str(error)
        return None

    def _forget_card_numbers(self) -> None:
        """No page sends one back, wherever it was typed; a reference of 12 digits is none."""
        for name, text in self.values.items():
            if looks_like_a_card_number(text) and (name != "rrn" or name in self.errors):
                self.values[name] = ""

    def _complete(self, read: dict, now: datetime) -> None:
        moment = timezone.make_aware(datetime.combine(read.pop("day"), read.pop("clock")))
        if moment > now + timedelta(minutes=1):
            self.errors["time"] = _("这个时间还没有到，请填消费当时的时间")
            return
        self.basics = Facts(moment=moment, **read)


def _plain(text: str) -> str:
    """Full-width digits and signs become ordinary ones."""
    return unicodedata.normalize("NFKC", text).strip()


def looks_like_a_card_number(text: str) -> bool:
    return len(re.sub(r"\D", "", _plain(text))) >= 12


def may_search_for(text: str) -> bool:
    """Staff look for merchants' numbers too, which have 15 digits; for a card's number nobody."""
    return not looks_like_a_card_number(text) or bool(re.fullmatch(r"[0-9]{15}", text.strip()))


def read_tail(text: str) -> str:
    """Four digits; `**** 1234`, spaces, 尾号 and full-width digits are read too."""
    plain = re.sub(r"[\s*xX•·.…\-#]|尾号|卡号", "", _plain(text))
    if not plain:
        raise Unreadable(_("请填卡号后四位"))
    if not (plain.isascii() and plain.isdigit()):
        raise Unreadable(_("这里只填数字，请填四位数字"))
    if len(plain) >= 12:
        raise Unreadable(_("请不要填整个卡号，只要后四位。您刚才填的我们没有保存"))
    if len(plain) < 4:
        raise Unreadable(_("还差 {count} 位，请填四位数字").format(count=4 - len(plain)))
    if len(plain) > 4:
        raise Unreadable(_("多了几位，只填最后四位"))
    return plain


def read_amount(text: str) -> int:
    """Yuan as people write them → fen: ¥ ￥ 元 and thousands' commas are read too."""
    plain = re.sub(r"\s|¥|元|圆|人民币|RMB|CNY", "", _plain(text).upper()).replace("。", ".")
    if not plain:
        raise NoAmount(_("请填消费金额"))
    if not re.fullmatch(r"[0-9]+(\.[0-9]*)?|[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?", plain):
        raise NoAmount(_("请照短信里的样子填金额，例如 386.50"))
    yuan, _dot, fen = plain.replace(",", "").partition(".")
    if len(fen) > 2:
        raise Unreadable(_("金额最多两位小数，例如 386.50"))
    if len(yuan) > 13 or (minor := int(yuan) * 100 + int(fen.ljust(2, "0"))) > MOST:
        raise Unreadable(_("这个金额太大了，请再看一下"))
    if minor == 0:
        raise Unreadable(_("金额要大于 0"))
    return minor


def read_sum(text: str) -> int:
    """As `read_amount`, of what somebody decides and copies from nowhere."""
    try:
        return read_amount(text)
    except NoAmount:
        raise Unreadable(_("请填金额，例如 386.50")) from None


_AFTERNOON = ("下午", "晚上", "晚", "PM")
_MORNING = ("上午", "早上", "凌晨", "中午", "AM")


def read_time(text: str) -> time:
    """14:05, 14：05, 1405, 14点05分, 下午2:05; seconds are read and left out."""
    plain = re.sub(r"\s", "", _plain(text).upper())
    if not plain:
        raise Unreadable(_("请填消费时间，差几分钟没关系"))
    later = any(word in plain for word in _AFTERNOON)
    for word in (*_AFTERNOON, *_MORNING):
        plain = plain.replace(word, "")
    match = re.fullmatch(
        r"([0-9]{1,2})[:.时点]([0-9]{1,2})分?(?:[:.]?[0-9]{2}秒?)?|([0-9]{1,2})([0-9]{2})", plain
    )
    if not match:
        raise Unreadable(_("请这样填时间：14:05"))
    hour, minute = (int(part) for part in match.groups() if part is not None)
    if later and hour < 12:
        hour += 12
    if hour > 23 or minute > 59:
        raise Unreadable(_("没有这个时间，请这样填：14:05"))
    return time(hour, minute)


def _chosen_date(data: Mapping) -> str:
    """Of all controls named `date`, one with an ISO date wins; else whichever was chosen."""
    values = data.getlist("date") if hasattr(data, "getlist") else [data.get("date", "")]
    values = [str(value)[:LONGEST].strip() for value in values]
    iso = [value for value in values if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)]
    return (iso or [value for value in values if value] or [""])[0]


def _day(chosen: str, other: str, now: datetime) -> date:
    text = other if chosen in ("", "other") else chosen
    if not text:
        raise Unreadable(_("请选消费日期"))
    day = read_date(text, now)
    if day > now.date():
        raise Unreadable(_("这一天还没有到，请填消费当天"))
    return day


def read_date(text: str, now: datetime) -> date:
    """2026-11-20, 2026/11/20, 20261120, 2026年11月20日, 11月20日 (the latest such day).

    Years before 1900 and from 2100 on are slips of the finger, and the first and last days that a
    computer knows have no hour before or after them.
    """
    plain = re.sub(r"\s", "", _plain(text))
    match = re.fullmatch(
        r"(?:([0-9]{4})[-/.年]?)?([0-9]{1,2})[-/.月]?([0-9]{1,2})日?", plain
    ) or re.fullmatch(r"([0-9]{4})([0-9]{2})([0-9]{2})", plain)
    if not match:
        raise Unreadable(_("请这样填日期：2026-11-20"))
    year, month, day = match[1], int(match[2]), int(match[3])
    try:
        if not year:
            this_year = date(now.year, month, day)
            return this_year if this_year <= now.date() else date(now.year - 1, month, day)
        if not 1900 <= int(year) < 2100:
            raise ValueError(year)
        return date(int(year), month, day)
    except ValueError as error:
        raise Unreadable(_("没有这一天，请再看一下日期")) from error


def _merchant_name(text: str) -> str:
    plain = _plain(text)
    if looks_like_a_card_number(plain):
        raise Unreadable(_("这里写商户名称，不要填卡号。您刚才填的我们没有保存"))
    if plain and len(re.sub(r"[\W_]", "", plain)) < 2:
        raise Unreadable(_("商户名称至少写两个字"))
    return plain


def _auth_code(text: str) -> str:
    plain = re.sub(r"\s", "", _plain(text)).upper()
    if plain and not re.fullmatch(r"[0-9A-Z]{6}", plain):
        raise Unreadable(_("授权码是 6 位数字或字母"))
    return plain


def _rrn(text: str) -> str:
    plain = re.sub(r"[\s-]", "", _plain(text)).upper()
    if plain and not re.fullmatch(r"[0-9A-Z]{12}", plain):
        raise Unreadable(_("参考号是 12 位"))
    return plain
