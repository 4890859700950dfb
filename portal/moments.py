"""Times as people say them: 今天 14:05, 11月24日 周二 14:05; lengths of time; all in local time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

_MONTHS = (
    gettext_lazy("1月"), gettext_lazy("2月"), gettext_lazy("3月"), gettext_lazy("4月"),
    gettext_lazy("5月"), gettext_lazy("6月"), gettext_lazy("7月"), gettext_lazy("8月"),
    gettext_lazy("9月"), gettext_lazy("10月"), gettext_lazy("11月"), gettext_lazy("12月"),
)  # fmt: skip
_WEEKDAYS = (
    gettext_lazy("周一"), gettext_lazy("周二"), gettext_lazy("周三"), gettext_lazy("周四"),
    gettext_lazy("周五"), gettext_lazy("周六"), gettext_lazy("周日"),
)  # fmt: skip

_on_paper: ContextVar[bool] = ContextVar("on_paper", default=False)


@contextmanager
def on_paper() -> Iterator[None]:
    """For what is read years later: within it a day is written with its year, and none is 今天."""
    before = _on_paper.set(True)
    try:
        yield
    finally:
        _on_paper.reset(before)


def _near(day: date, today: date) -> str:
    """今天, 昨天, 明天; nothing for the other days."""
    return {-1: _("昨天"), 0: _("今天"), 1: _("明天")}.get((day - today).days, "")


def _month(day: date) -> str:
    return str(_MONTHS[day.month - 1])


def _weekday(day: date) -> str:
    return str(_WEEKDAYS[day.weekday()])


def calendar_day(day: date, today: date | None = None) -> str:
    """11月24日; with the year where it is not this one."""
    if _on_paper.get():
        return day.isoformat()
    today = today or timezone.localdate()
    parts = {"month": _month(day), "day": day.day, "year": day.year}
    if day.year == today.year:
        return pgettext("day of this year", "%(month)s%(day)d日") % parts
    return pgettext("day of another year", "%(year)d年%(month)s%(day)d日") % parts


def clock(at: datetime, now: datetime | None = None) -> str:
    """今天 14:05, 昨天 14:05, 明天 14:05, else 11月24日 周二 14:05."""
    if _on_paper.get():
        return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
    local = timezone.localtime(at)
    today = timezone.localdate(now)
    near = _near(local.date(), today)
    parts = {
        "near": near,
        "day": calendar_day(local.date(), today),
        "weekday": _weekday(local),
        "time": f"{local:%H:%M}",
    }
    if near:
        return pgettext("near day and time", "%(near)s %(time)s") % parts
    return pgettext("day and time", "%(day)s %(weekday)s %(time)s") % parts


def dated(at: datetime) -> str:
    """11月24日 周二 14:05, today too: for what stays true (a payment's own time)."""
    local = timezone.localtime(at)
    parts = {
        "day": calendar_day(local.date()),
        "weekday": _weekday(local),
        "time": f"{local:%H:%M}",
    }
    return pgettext("day and time", "%(day)s %(weekday)s %(time)s") % parts


def day(at: date, now: datetime | None = None) -> str:
    """今天, 昨天, 明天, else 11月24日 周二."""
    if _on_paper.get():
        return at.isoformat()
    today = timezone.localdate(now)
    if near := _near(at, today):
        return near
    parts = {"day": calendar_day(at, today), "weekday": _weekday(at)}
    return pgettext("day with its weekday", "%(day)s %(weekday)s") % parts


def exact(at: datetime) -> str:
    """2026-11-24 14:05:09, for titles."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}"


def length(span: timedelta) -> str:
    """3 小时 12 分; from two days on, days and hours; under an hour, minutes; never seconds."""
    minutes = max(int(span.total_seconds()) // 60, 0)
    hours, rest = divmod(minutes, 60)
    days, hours_left = divmod(hours, 24)
    if days >= 2:
        if not hours_left:
            return ngettext("%(n)d 天", "%(n)d 天", days) % {"n": days}
        return _("%(days)d 天 %(hours)d 小时") % {"days": days, "hours": hours_left}
    if hours:
        if not rest:
            return ngettext("%(n)d 小时", "%(n)d 小时", hours) % {"n": hours}
        return _("%(hours)d 小时 %(minutes)d 分") % {"hours": hours, "minutes": rest}
    return ngettext("%(n)d 分钟", "%(n)d 分钟", minutes) % {"n": minutes}
