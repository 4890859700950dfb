"""A clock as the page explains it: the chip, every interval with its reason, the sum."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from disputes import clocks
from disputes.clocks import ClockState, Interval
from portal.moments import length

WIDTH = 1000  # of the bar, in its own units
OPEN_UP_TO = 4  # intervals


class Stretch(NamedTuple):
    kind: str
    word: str
    start: datetime
    end: datetime | None
    one_day: bool  # begins and ends on one
    reason: str
    length: str


class Piece(NamedTuple):
    kind: str
    x: int
    width: int


class ClockView(NamedTuple):
    tone: str  # running | paused | missed | met | late, as the chip is drawn
    words: str
    label: str
    stretches: tuple[Stretch, ...]
    bar: tuple[Piece, ...]
    used: str
    short: bool  # so few intervals that it may stand open
    due_at: datetime | None
    is_provisional: bool
    extended: bool = False


def _words(state: ClockState) -> tuple[str, str]:
    if state.stands_still:
        return "paused", _("已暂停")
    if state.state == clocks.MISSED:
        return "missed", _("超时 %(length)s") % {"length": length(-state.remaining)}
    if state.state == clocks.RUNNING:
        return "running", _("还剩 %(length)s") % {"length": length(state.remaining)}
    if state.was_left:
        return ("met", _("没到时限就结束")) if state.kept else ("late", _("超时，没有完成"))
    if state.kept:
        return "met", _("按时完成")
    return "late", _("完成时已超时")


def _used(state: ClockState) -> str:
    if state.by_working_days:
        return _("已用 %(used)s 个工作日，共 %(limit)s 个工作日") % {
            "used": state.used.days,
            "limit": state.limit.days,
        }
    if state.by_days:
        return _("已用 %(used)s 天，共 %(limit)s 天") % {
            "used": state.used.days,
            "limit": state.limit.days,
        }
    hours = int(state.limit.total_seconds() // 3600)
    return _("已用 %(used)s，共 %(hours)s 小时") % {"used": length(state.used), "hours": hours}


def _bar(state: ClockState, now: datetime) -> tuple[Piece, ...]:
    """The intervals to scale, between the start and the due time (or what is later)."""
    if not state.intervals:
        return ()
    begin = state.intervals[0].start
    last = state.intervals[-1].end or now
    paused = sum(
        ((i.end or now) - i.start for i in state.intervals if i.kind == clocks.PAUSED),
        timedelta(),
    )
    end = max(state.due_at or begin + state.limit + paused, last)
    whole = (end - begin).total_seconds() or 1

    def place(moment: datetime) -> int:
        return round((moment - begin).total_seconds() / whole * WIDTH)

    return tuple(
        Piece(i.kind, place(i.start), max(4, place(i.end or now) - place(i.start)))
        for i in state.intervals
    )


def _stretch(interval: Interval, now: datetime) -> Stretch:
    running = interval.kind == clocks.RUNNING
    return Stretch(
        kind=interval.kind,
        word=_("运行") if running else _("暂停"),
        start=interval.start,
        end=interval.end,
        one_day=bool(
            interval.end and timezone.localdate(interval.start) == timezone.localdate(interval.end)
        ),
        reason=str(interval.reason),
        length=length((interval.end or now) - interval.start),
    )


def _waits_for(state: ClockState) -> str:
    """What a clock that stands still waits for."""
    merged = bool(state.intervals) and state.intervals[-1].code == "merged"
    return _("并入另一件") if merged else _("等待客户")


def view(state: ClockState, now: datetime) -> ClockView:
    tone, words = _words(state)
    return ClockView(
        tone=tone,
        words=words,
        label=_waits_for(state) if tone == "paused" else str(state.label),
        stretches=tuple(_stretch(interval, now) for interval in state.intervals),
        bar=_bar(state, now),
        used=_used(state),
        short=len(state.intervals) <= OPEN_UP_TO,
        due_at=state.due_at if not state.is_over else None,
        is_provisional=state.is_provisional and not state.is_over,
        extended=state.extended,
    )
