"""Time limits. What happened to a clock are rows (`ClockEvent`); everything else is computed.

Hours run by the wall clock and stand still while paused. Days are counted at midnight (the zone
of settings.TIME_ZONE): a day counts when its first moment finds the clock running, so a pause over
night gives one more day and a pause within a day changes nothing. Of working days only those of
the working calendar count; a deadline that reaches into a year whose notice is not out is
provisional, and is computed again when the calendar changes (`compute_again`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disputes import moment
from disputes.models.clock import ClockEvent
from disputes.policy import limits
from disputes.policy.limits import Limit
from portal.calendar import working

START, PAUSE = ClockEvent.What.START, ClockEvent.What.PAUSE
RESUME, STOP = ClockEvent.What.RESUME, ClockEvent.What.STOP
TOLD = ClockEvent.What.TOLD
DUE_SOON, OVERDUE = "due_soon", "overdue"  # reasons of TOLD
# What `apply` and the functions below set on a case, for its caller to save.
COLUMNS = ("due_at", "due_clock", "tell_at")

RUNNING, PAUSED, STOPPED, MISSED = "running", "paused", "stopped", "missed"
COUNTING = {RUNNING, MISSED}
TICK = timedelta(microseconds=1)
ONE_DAY = timedelta(days=1)

# A merchant's clocks end by themselves, the institution taking over; of its own, people are told.
TOLD_WHEN_MISSED = {limits.ANSWER}

REASONS = {
    "opened": _("客户提交"),
    "asked_consumer": _("等客户补充"),
    "consumer_replied": _("客户已补充"),
    "merchant_replied": _("商户已答复"),
    "institution_replied": _("支付机构已答复"),
    "escalated_by_consumer": _("客户请支付机构处理"),
    "escalated_by_institution": _("支付机构接手"),
    "escalated_by_time": _("商户超时，自动转支付机构"),
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
}


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
    told: frozenset[str] = frozenset()  # DUE_SOON, OVERDUE: what somebody has been told
    tell_soon_at: datetime | None = None

    @property
    def label(self):
        return limits.LABELS[self.clock]

    @property
    def is_over(self) -> bool:
        return self.state == STOPPED

    @property
    def stands_still(self) -> bool:
        """Paused now, be it after it had run out."""
        return not self.is_over and bool(self.intervals) and self.intervals[-1].kind == PAUSED


# --- Pure computation ---------------------------------------------------------------------------


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
    events = [event for event in events if event.what != TOLD]
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


# --- A case's clocks ----------------------------------------------------------------------------


def of(case, now: datetime | None = None) -> list[ClockState]:
    """Every run of every clock of the case, in the order in which they began."""
    return _states(case, case.clock_events.all(), now or moment.now())


def _states(case, events: Iterable[ClockEvent], now: datetime) -> list[ClockState]:
    runs: dict[tuple[str, int], list[ClockEvent]] = {}
    for event in sorted(events, key=lambda e: (e.at, e.pk)):
        runs.setdefault((event.clock, event.run), []).append(event)
    return [
        state_of(clock, run, events, Limit.read(case.policy.limits[clock]), now)
        for (clock, run), events in runs.items()
    ]


def current(case, now: datetime | None = None) -> ClockState | None:
    """The clock that matters most: of a paused case one that may run on, else the next to run out
    (or out already)."""
    return _foremost(of(case, now))


def _foremost(states: list[ClockState]) -> ClockState | None:
    still = [s for s in states if s.stands_still]
    if still:  # the case waits for its customer: what had run out before presses nobody now
        return next((s for s in still if s.state == PAUSED), still[0])
    counting = [(s.due_at, i) for i, s in enumerate(states) if s.state in COUNTING and s.due_at]
    if counting:
        return states[min(counting)[1]]
    return None


def apply(case, reason: str, *, starts=(), pauses=(), resumes=(), stops=()) -> None:
    """Write what a step does to the clocks; "*" stands for all of them.

    The order is stop, resume, pause, start. In the caller's transaction, with the case locked;
    The case's `COLUMNS` are set and left to the caller to save.
    """
    events = list(case.clock_events.all())
    for what, names in ((STOP, stops), (RESUME, resumes), (PAUSE, pauses)):
        live = _live(case, events)
        for clock in live if "*" in names else [name for name in names if name in live]:
            if _changes(live[clock], what):
                _write(case, events, clock, live[clock].run, what, reason)
    live = _live(case, events)
    for clock in starts:
        if clock not in live:
            run = 1 + sum(event.clock == clock and event.what == START for event in events)
            _write(case, events, clock, run, START, reason)
    _keep_in_step(case, events)


def _live(case, events: list | None = None) -> dict[str, ClockState]:
    """The clocks that have not stopped; never two runs of one."""
    events = list(case.clock_events.all()) if events is None else events
    return {s.clock: s for s in _states(case, events, moment.now()) if not s.is_over}


def _changes(state: ClockState, what: str) -> bool:
    paused = state.intervals[-1].kind == PAUSED
    return what == STOP or paused == (what == RESUME)


def _write(case, events: list, clock: str, run: int, what: str, reason: str) -> None:
    """A machine's clock may be set back; a case's never is."""
    at = max([moment.now(), *(event.at for event in events)])
    events.append(
        ClockEvent.objects.create(case=case, clock=clock, run=run, what=what, at=at, reason=reason)
    )


def _keep_in_step(case, events: list) -> None:
    """Set the columns by which queues are sorted. A paused case has no due time."""
    now = moment.now()
    states = _states(case, events, now)
    state = _foremost(states)
    case.due_clock = state.clock if state else ""
    case.due_at = state.due_at if state and not state.stands_still else None
    coming = words_to_come(states, now)
    case.tell_at = coming[0].at if coming else None


class Word(NamedTuple):
    """What is to be told of one clock, and when."""

    at: datetime
    word: str
    state: ClockState


def words_to_come(states: Iterable[ClockState], now: datetime) -> list[Word]:
    """What is still to be told, the earliest first: that a deadline is near, while it is; and of
    those that nobody takes over by itself that it was missed. Nothing of a clock that stands still.
    """
    found = []
    for state in states:
        if state.is_over or state.stands_still or not state.due_at or not state.tell_soon_at:
            continue
        near = state.tell_soon_at > state.intervals[0].start and now <= state.due_at
        if near and DUE_SOON not in state.told:
            found.append(Word(state.tell_soon_at, DUE_SOON, state))
        if state.clock in TOLD_WHEN_MISSED and OVERDUE not in state.told:
            # The last moment still counts as running, so the word comes after it.
            found.append(Word(state.due_at + TICK, OVERDUE, state))
    return sorted(found, key=lambda each: each.at)


def note_told(case, words: Iterable[Word]) -> None:
    """In the caller's transaction with the case locked: each word is told once of each run."""
    events = list(case.clock_events.all())
    for each in words:
        _write(case, events, each.state.clock, each.state.run, TOLD, each.word)
    _keep_in_step(case, events)


def compute_again(case) -> bool:
    """The calendar has changed: set the due time anew, in the caller's transaction with the case
    locked; whether it moved. What has run and paused stays as it is."""
    before = (case.due_at, case.due_clock)
    _keep_in_step(case, list(case.clock_events.all()))
    return before != (case.due_at, case.due_clock)


def runs(case, clock: str) -> bool:
    """Whether this clock has been started and not stopped (paused counts)."""
    return clock in _live(case)


def missed(case, clocks: Iterable[str]) -> bool:
    """Whether one of these has run out and was not stopped."""
    live = _live(case)
    return any(clock in live and live[clock].state == MISSED for clock in clocks)
