"""Reading the State Council's yearly notice on public holidays, as it is published.

Each holiday is one paragraph: a numbered name, from which day to which is off, how many days that
makes, then the Saturdays and Sundays that are worked. Weekdays and the number of days are said
besides the dates, so a text of another year, a slip of the pen or a line cut off is noticed.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from portal.accounts.errors import Invalid

MOST = 20_000  # characters; the notices have about 600
LONGEST = 31  # days: a longer holiday is a misreading
_YEAR = re.compile(r"(20\d\d)年部分节假日安排")
_HEAD = re.compile(r"[一二三四五六七八九十]+、([^:、,。\d]{2,20}):")
_DAY = re.compile(r"(?:(20\d\d)年)?(?:(\d{1,2})月)?(\d{1,2})日(?:\(([^)]*)\))?")
_LENGTH = re.compile(r"(?:共|放假)(\d+)天")
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")
_WEEKDAYS = {name: number for number, name in enumerate("一二三四五六日")} | {"天": 6}


@dataclass(frozen=True)
class NoticeDay:
    day: date
    works: bool
    name: str


@dataclass(frozen=True)
class Notice:
    year: int
    days: tuple[NoticeDay, ...]


def read(text: str) -> Notice:
    """The days that the notice names, in their order. Raises Invalid("text") that says what could
    not be understood, and where."""
    if len(text) > MOST:
        raise Invalid("text", _("文字太长，请只贴通知本身"))
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    titled = _YEAR.search(text)
    if titled is None:
        raise Invalid("text", _("没有找到“某某年部分节假日安排”，请连标题一起贴"))
    year, days = int(titled[1]), {}
    for name, sentence in _holidays(text):
        for each in (*_days_off(year, name, sentence), *_make_up_days(year, name, sentence)):
            if each.day in days:
                raise Invalid("text", _("{name}：{day} 说了两次").format(name=name, day=each.day))
            days[each.day] = each
    if not days:
        raise Invalid("text", _("没有读到放假的日子，请核对是不是通知原文"))
    return Notice(year, tuple(sorted(days.values(), key=lambda each: each.day)))


def _holidays(text: str) -> Iterator[tuple[str, str]]:
    """Each holiday's name and what is said of it."""
    heads = list(_HEAD.finditer(text))
    ends = [*(head.start() for head in heads[1:]), len(text)]
    for head, end in zip(heads, ends, strict=False):  # no holiday at all: nothing
        yield head[1], text[head.end() : end]


def _days_off(year: int, name: str, sentence: str) -> list[NoticeDay]:
    before, found, _rest = sentence.partition("放假")
    if not found:
        raise Invalid("text", _("{name}：没有读到“放假”").format(name=name))
    said = _mentioned(year, name, before)
    if not said or (len(said) > 1) != ("至" in before) or len(said) > 2:
        raise Invalid("text", _("{name}：没有读懂从哪天到哪天放假").format(name=name))
    first, last = said[0], said[-1]
    length = (last - first).days + 1
    told = _LENGTH.search(sentence)
    if not 1 <= length <= LONGEST or (told and int(told[1]) != length):
        raise Invalid(
            "text",
            _("{name}：{first} 到 {last} 是 {n} 天，与通知说的天数不符").format(
                name=name, first=first, last=last, n=length
            ),
        )
    return [NoticeDay(first + timedelta(days=n), False, name) for n in range(length)]


def _make_up_days(year: int, name: str, sentence: str) -> list[NoticeDay]:
    rest = sentence.partition("放假")[2]
    if "上班" not in rest:
        return []
    days = _mentioned(year, name, rest.partition("上班")[0])
    return [NoticeDay(day, True, name) for day in days]


def _mentioned(year: int, name: str, text: str) -> list[date]:
    """Every day named in `text`; a day without a month is of the month named last."""
    found: list[date] = []
    month = 0
    for said in _DAY.finditer(text):
        month = int(said[2] or month)
        try:
            day = date(int(said[1] or year), month, int(said[3]))
        except ValueError:
            raise Invalid(
                "text", _("{name}：没有“{said}”这一天").format(name=name, said=said[0])
            ) from None
        weekday = _WEEKDAY.search(said[4] or "")
        if weekday and _WEEKDAYS[weekday[1]] != day.weekday():
            raise Invalid(
                "text",
                _("{name}：{day} 不是周{weekday}，请核对年份和日期").format(
                    name=name, day=day, weekday=weekday[1]
                ),
            )
        found.append(day)
    return found
