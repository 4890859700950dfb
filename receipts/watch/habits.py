"""When files usually came, as a suggestion: read off the files of the last two months."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from portal.calendar.working import SATURDAY, is_working_day
from receipts.models import ImportFile
from receipts.watch import days, expected

LOOKED_BACK = timedelta(days=60)
MOST_FILES = 5_000
FEWEST_DAYS = 5  # before a habit is one
SHARE = 0.6  # of the Mondays, say, on which it came
STEP = 15  # minutes to which a usual time is rounded up
EARLY = 0.95  # the part of the days by which a usual time is set: one late night does not move it


@dataclass(frozen=True)
class Habit:
    pattern: str
    format: str
    on_days: int  # days on which it came
    days: str  # a rule of receipts.watch.days
    due_at: time


def read(sources, now: datetime | None = None) -> dict[str, Habit]:
    """By the name of a source, or by a pattern where no source expects such files yet."""
    now = now or timezone.now()
    files = (
        ImportFile.objects.filter(state=ImportFile.State.DONE, finished_at__gt=now - LOOKED_BACK)
        .exclude(format="feed")
        .order_by("-pk")
        .values_list("name", "format", "finished_at")[:MOST_FILES]
    )
    came: dict[str, list] = {}
    for name, format, at in files:
        source = expected.source_of(name, sources)
        key = source.name if source else pattern_of(name)
        if key:
            came.setdefault(key, []).append((timezone.localtime(at), format))
    patterns = {source.name: source.pattern for source in sources}
    found = {}
    for key, arrivals in came.items():
        habit = _habit(patterns.get(key, key), arrivals, timezone.localdate(now))
        if habit is not None:
            found[key] = habit
    return found


def pattern_of(name: str) -> str:
    """`allinpay-20261120.csv` → `allinpay-*.csv`; "" where the name holds no number to go by."""
    quoted = re.sub(r"([*?\[])", "[\\1]", name)
    pattern = re.sub(r"[0-9]+(?:[-_.]?[0-9]+)*", "*", quoted)
    return pattern if pattern != quoted and len(pattern) <= 100 else ""


def _habit(pattern: str, arrivals: list, today: date) -> Habit | None:
    first_of_day: dict[date, time] = {}
    for at, _format in arrivals:
        day, hour = at.date(), at.time()
        first_of_day[day] = min(hour, first_of_day.get(day, hour))
    rule = _rule(set(first_of_day), today)
    if len(first_of_day) < FEWEST_DAYS or not rule:
        return None
    hours = sorted(first_of_day.values())
    usual = hours[max(0, int(len(hours) * EARLY + 0.999) - 1)]
    return Habit(pattern, arrivals[0][1], len(first_of_day), rule, _rounded_up(usual))


def _rule(came_on: set[date], today: date) -> str:
    """Of the days since the first on which it came; a weekday counts if it came on most."""
    first = min(came_on)
    span = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    weekdays = []
    for number, name in enumerate(days.NAMES):
        such = [day for day in span if day.weekday() == number]
        if such and sum(day in came_on for day in such) / len(such) >= SHARE:
            weekdays.append(name)
    if len(weekdays) == len(days.NAMES):
        return days.DAILY
    if weekdays != list(days.NAMES)[:SATURDAY]:
        return ",".join(weekdays)
    holidays = {d for d in span if d.weekday() < SATURDAY and not is_working_day(d)} - {today}
    return days.WORKING if holidays and not holidays & came_on else days.WEEKDAYS


def _rounded_up(hour: time) -> time:
    minutes = hour.hour * 60 + hour.minute
    minutes = min((minutes // STEP + 1) * STEP, 24 * 60 - 1)
    return time(minutes // 60, minutes % 60)
