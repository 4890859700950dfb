"""One run of one clock, computed from its events alone: intervals, what is used, when it is due."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disputes.models.clock import ClockEvent
from disputes.policy import limits
from disputes.policy.limits import Limit
from portal.calendar import working

START, PAUSE = ClockEvent.What.START, ClockEvent.What.PAUSE
RESUME, STOP = ClockEvent.What.RESUME, ClockEvent.What.STOP
EXTEND, TOLD = ClockEvent.What.EXTEND, ClockEvent.What.TOLD
RUNNING, PAUSED, STOPPED, MISSED = "running", "paused", "stopped", "missed"
COUNTING = {RUNNING, MISSED}
TICK = timedelta(microseconds=1)
ONE_DAY = timedelta(days=1)

REASONS = {
    "opened": _("客户提交"),
    "asked_consumer": _("等客户补充"),
    "consumer_replied": _("客户已补充"),
    "merchant_replied": _("商户已答复"),
    "institution_replied": _("支付机构已答复"),
    "escalated_by_consumer": _("客户请支付机构处理"),
    "escalated_by_institution": _("支付机构接手"),
    "escalated_by_time": _("商户超时，自动转支付机构"),
    "escalated_for_nobody": _("商户没有人能答复，自动转支付机构"),
    "resolved": _("已办结"),
    "rejected": _("未支持"),
    "withdrawn": _("客户撤回"),
    "continued": _("客户要求继续处理"),
    "slip_issued": _("电子小票已开具"),
    "matched": _("系统找到了这笔消费"),
    "refund_offered": _("商户提出退款，等客户答复"),
    "offer_accepted": _("客户接受退款"),
    "offer_declined": _("客户没有接受退款"),
    "reprinted": _("商户已补打小票"),
    "slip_accepted": _("客户拿到了电子小票"),
    "forwarded": _("人民银行转来"),
    "file_requested": _("上级调取材料"),
    "request_answered": _("材料已交"),
    "decided_above": _("上级作出决定"),
    "taken_up": _("上级受理"),
    "refund_approved": _("同意退款"),
    "redone": _("退款和重新付的都已确认"),
    "merged": _("并入另一件案件"),
    "parted": _("和另一件案件分开"),
}
# How a case leaves the merchant.
HANDED_OVER = frozenset(name for name in REASONS if name.startswith("escalated_"))
# A clock that one of these stops was left: nobody did what it waited for.
LEFT = HANDED_OVER | {"forwarded", "withdrawn", "merged"}


@dataclass(frozen=True)
class Interval:
    """`end` is None for the interval that still lasts."""

    kind: str  # running | paused
    start: datetime
    end: datetime | None
    code: str

    @property
    def reason(self):
        return REASONS.get(self.code, self.code)


@dataclass(frozen=True)
class ClockState:
    """One run of one clock, as of the moment it was asked for.

    `used`, `limit`: lengths of running time; for days whole counted days. `due_at`: the
    last moment in time, None while paused. `remaining`: until `due_at`, negative once missed;
    while paused or stopped what is left of the limit.
    """

    clock: str
    run: int
    state: str
    due_at: datetime | None
    remaining: timedelta
    used: timedelta
    limit: timedelta
    by_days: bool
    intervals: tuple[Interval, ...]
    kept: bool  # not missed so far, or stopped in time
    by_working_days: bool = False
    is_provisional: bool = False  # the calendar of one of its days is not out yet
    extended: bool = False
    ended_by: str = ""  # what stopped it (REASONS), "" while nothing has
    told: frozenset[str] = frozenset()  # DUE_SOON, OVERDUE: what somebody has been told
    tell_soon_at: datetime | None = None

    @property
    def label(self):
        return limits.LABELS[self.clock]

    @property
    def is_over(self) -> bool:
        return self.state == STOPPED

    @property
    def ended_at(self) -> datetime | None:
        return self.intervals[-1].end if self.is_over and self.intervals else None

    @property
    def ended_words(self):
        return REASONS.get(self.ended_by, self.ended_by)

    @property
    def was_left(self) -> bool:
        """Over, and what it waited for was not done."""
        return self.is_over and self.ended_by in LEFT

    @property
    def stands_still(self) -> bool:
        """Paused now, be it after it had run out."""
        return not self.is_over and bool(self.intervals) and self.intervals[-1].kind == PAUSED


def intervals(events: Iterable) -> tuple[Interval, ...]:
    """Running and paused stretches, oldest first. Events need `what`, `at`, `reason`; an event
    that changes nothing (a pause while paused) is passed over.
    """
    found: list[Interval] = []
    kind = ""
    for event in events:
        after = {START: RUNNING, RESUME: RUNNING, PAUSE: PAUSED, STOP: ""}[event.what]
        begins = event.what == START
        if after == kind or (not kind and not begins):
            continue
        if kind:
            last = found[-1]
            found[-1] = Interval(last.kind, last.start, event.at, last.code)
        if after:
            found.append(Interval(after, event.at, None, event.reason))
        kind = after
    return tuple(found)


def days_counted(start: datetime, end: datetime, limit: Limit) -> int:
    """How many days of the limit's kind began in (start, end], by the institution's calendar."""
    first, last = timezone.localdate(start), timezone.localdate(end)
    if limit.by_working_days:
        return working.working_days(first, last)
    return (last - first).days


def used_by(stretches: Iterable[Interval], limit: Limit, now: datetime) -> timedelta:
    total = timedelta()
    for stretch in stretches:
        if stretch.kind != RUNNING:
            continue
        end = max(stretch.end or now, stretch.start)
        if limit.by_days:
            total += timedelta(days=days_counted(stretch.start, end, limit))
        else:
            total += end - stretch.start
    return total


def due_of(stretches: Sequence[Interval], limit: Limit) -> datetime | None:
    """The last moment in time: when the limit was used up, or will be if nothing pauses the
    clock again; None when it stands still before that, or in that very moment: it may run on until
    it is taken up again. Stopped in that moment, it had run out and was kept.
    """
    left = limit.length
    for stretch in stretches:
        if stretch.kind != RUNNING:
            continue
        end = _last_moment(stretch.start, left, limit)
        stopped_then = stretch.end == end and stretch is stretches[-1]
        if stretch.end is None or end < stretch.end or stopped_then:
            return end
        left -= used_by([stretch], limit, stretch.end)
    return None


def _last_moment(start: datetime, left: timedelta, limit: Limit) -> datetime:
    if not limit.by_days:
        return start + left
    if limit.by_working_days:
        return _midnight(_last_working_day(timezone.localdate(start), left.days) + ONE_DAY) - TICK
    return end_of_day(start, left.days)


def _last_working_day(start: date, left: int) -> date:
    """Where none is left (a pause reached over the end of the last one), the first that comes, that
    of the start included."""
    if left > 0:
        return working.nth_working_day(start, left)
    return working.nth_working_day(start - ONE_DAY, 1)


def end_of_day(start: datetime, days: int) -> datetime:
    """The last moment of the `days`-th day after that of `start`."""
    return _midnight(timezone.localdate(start) + timedelta(days=days + 1)) - TICK


def _midnight(day: date) -> datetime:
    """The first moment of that day."""
    return timezone.make_aware(datetime.combine(day, time.min))


def after(start: datetime, limit: Limit) -> datetime:
    """When a clock started at `start` is due if nothing pauses it."""
    return _last_moment(start, limit.length, limit)


def state_of(clock: str, run: int, events: list, limit: Limit, now: datetime) -> ClockState:
    told = frozenset(event.reason for event in events if event.what == TOLD)
    own = [event.limit for event in events if event.what in {START, EXTEND} and event.limit]
    extensions = [event for event in events if event.what == EXTEND]
    if own:
        limit = Limit.read(own[-1])
    events = [event for event in events if event.what not in {TOLD, EXTEND}]
    stretches = intervals(events)
    due_at = due_of(stretches, limit)
    open_stretch = stretches[-1] if stretches and stretches[-1].end is None else None
    ended_at = now if open_stretch else events[-1].at
    missed = due_at is not None and ended_at > due_at
    used = used_by(stretches, limit, now)
    if open_stretch is None:
        state = STOPPED
    elif missed:
        state = MISSED
    else:
        state = RUNNING if open_stretch.kind == RUNNING else PAUSED
    return ClockState(
        clock=clock,
        run=run,
        state=state,
        due_at=due_at,
        remaining=due_at - now if due_at and state in COUNTING else _left(limit, used),
        used=used,
        limit=limit.length,
        by_days=limit.by_days,
        intervals=stretches,
        kept=not missed,
        by_working_days=limit.by_working_days,
        is_provisional=_is_provisional(stretches, limit, due_at),
        extended=bool(extensions),
        ended_by=events[-1].reason if state == STOPPED else "",
        told=told,
        tell_soon_at=due_at - limit.word_before if due_at else None,
    )


def _left(limit: Limit, used: timedelta) -> timedelta:
    """A working day that a pause made good counts as used and leaves no debt."""
    left = limit.length - used
    return max(left, timedelta()) if limit.by_working_days else left


def _is_provisional(stretches: tuple[Interval, ...], limit: Limit, due_at: datetime | None) -> bool:
    if not (limit.by_working_days and stretches and due_at):
        return False
    first = timezone.localdate(stretches[0].start)
    return working.is_provisional(first, timezone.localdate(due_at))
