"""Working days: public holidays off, make-up days in, and what the institution says besides.

Three sources, the later ones asked only where the earlier say nothing:
1. rows that people entered: the institution's own days, then the State Council's notice;
2. the notices that the package `chinesecalendar` carries, year by year;
3. the thirteen statutory days (全国年节及纪念日放假办法, as in force since 1 January 2025) as the
   package `holidays` computes them: *provisional*, since make-up days come with the notice.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import chinese_calendar
import holidays
from django.db.models import F

from portal.calendar.models import NoticeYear, SpecialDay

SATURDAY = 5
ONE = timedelta(days=1)
# What another process entered counts here after so many seconds; the worker looks anew before it
# computes deadlines again.
HELD = 60.0


@dataclass(frozen=True)
class _Entered:
    days: dict[date, tuple[bool, str]]
    years: frozenset[int]
    read_at: float


_entered: _Entered | None = None


def is_working_day(day: date) -> bool:
    said = _said().days.get(day)
    if said is not None:
        return said[0]
    if day.year in _said().years:  # a notice names every day that is unlike its weekday
        return day.weekday() < SATURDAY
    if is_shipped(day.year):
        return chinese_calendar.is_workday(day)
    return day.weekday() < SATURDAY and day not in _statutory(day.year)


def name_of(day: date) -> str:
    """What people or the notice call a special day (国庆节), the Saturdays and Sundays of a holiday
    among them; "" for others."""
    said = _said()
    if day in said.days:
        return said.days[day][1]
    if day.year in said.years or not is_shipped(day.year):
        return ""
    english = chinese_calendar.constants.holidays.get(day)
    return chinese_calendar.Holiday(english).chinese if english else ""


def is_known(year: int) -> bool:
    """Whether the year's notice is in, by a person's hand or with the package. Else its days are
    provisional."""
    return year in _said().years or is_shipped(year)


def is_provisional(start: date, end: date) -> bool:
    """Whether some day from start to end, both included, may still change with a notice."""
    return any(not is_known(year) for year in range(start.year, end.year + 1))


def working_days(after: date, until: date) -> int:
    """How many lie in (after, until]."""
    return sum(1 for day in _days(after + ONE, until) if is_working_day(day))


def nth_working_day(after: date, number: int) -> date:
    """The `number`-th working day later than `after`; `after` itself for 0."""
    day = after
    while number > 0:
        day += ONE
        number -= is_working_day(day)
    return day


def forget() -> None:
    """Look at the rows again at the next question."""
    global _entered
    _entered = None


@cache
def is_shipped(year: int) -> bool:
    """Whether the package carries this year's notice."""
    try:
        chinese_calendar.is_workday(date(year, 12, 31))
    except NotImplementedError:
        return False
    return True


@cache
def _statutory(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("CN", years=year))


def statutory_days(year: int) -> list[date]:
    """The days off that are sure or likely before the notice, Saturdays and Sundays among them."""
    return sorted(_statutory(year))


def _said() -> _Entered:
    global _entered
    if _entered is None or time.monotonic() - _entered.read_at > HELD:
        # The institution's own rows last: they overrule the notice. Of two notices the later one.
        rows = SpecialDay.objects.order_by(F("notice").asc(nulls_last=True), "pk")
        days = {day: (works, name) for day, works, name in rows.values_list("day", "works", "name")}
        years = frozenset(NoticeYear.objects.values_list("year", flat=True))
        _entered = _Entered(days, years, time.monotonic())
    return _entered


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
