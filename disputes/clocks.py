"""Time limits. What happened to a clock are rows (`ClockEvent`); everything else is computed.

Hours run by the wall clock and stand still while paused. Days are counted at midnight (the zone
of settings.TIME_ZONE): a day counts when its first moment finds the clock running, so a pause over
night gives one more day and a pause within a day changes nothing. Of working days only those of
the working calendar count; a deadline that reaches into a year whose notice is not out is
provisional, and is computed again when the calendar changes (`compute_again`).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import BigAutoField, Prefetch

from disputes import moment
from disputes.clock_state import (
    COUNTING,
    EXTEND,
    HANDED_OVER,
    MISSED,
    PAUSE,
    PAUSED,
    REASONS,
    RESUME,
    RUNNING,
    START,
    STOP,
    STOPPED,
    TICK,
    TOLD,
    ClockState,
    Interval,
    after,
    due_of,
    end_of_day,
    intervals,
    state_of,
    used_by,
)
from disputes.models.clock import ClockEvent
from disputes.policy import limits
from disputes.policy.limits import Limit
from portal import compiled_writes
from portal.compiled import Compiled, Later

__all__ = [
    "COUNTING",
    "HANDED_OVER",
    "MISSED",
    "PAUSED",
    "REASONS",
    "RUNNING",
    "STOPPED",
    "ClockState",
    "Interval",
    "after",
    "due_of",
    "end_of_day",
    "intervals",
    "state_of",
    "used_by",
]
Since = dict[str, datetime]  # clock → moment
Named = dict[str, Limit]  # clock → the limit that was named for this run, in place of the policy's

DUE_SOON, OVERDUE = "due_soon", "overdue"  # reasons of TOLD
# What `apply` and the functions below set on a case, for its caller to save.
COLUMNS = ("due_at", "due_clock", "tell_at")
# A merchant's clocks end by themselves, the institution taking over; of its own, people are told.
TOLD_WHEN_MISSED = {limits.ANSWER, *limits.FROM_ABOVE}


# --- A case's clocks ----------------------------------------------------------------------------


def of(case, now: datetime | None = None) -> list[ClockState]:
    """Every run of every clock of the case, in the order in which they began."""
    return _states(case, events_of(case), now or moment.now())


# For a query of cases of which each has its clocks shown.
WITH_EVENTS = Prefetch("clock_events", to_attr="clock_rows")
_of_case = Compiled(
    lambda: ClockEvent.objects.filter(case=Later("case", BigAutoField())).order_by("at", "pk")
)


def events_of(case) -> list[ClockEvent]:
    """What happened to the case's clocks, in order: as its query brought them, else asked for."""
    brought = getattr(case, "clock_rows", None)
    return list(_of_case.queryset(case=case.pk) if brought is None else brought)


def bring(case) -> None:
    """For a page that shows the case's clocks in several places: its events, asked for once."""
    case.clock_rows = events_of(case)


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
    counting = [
        (s.due_at, i)
        for i, s in enumerate(states)
        if s.state in COUNTING and s.due_at and not s.stands_still
    ]
    if counting:
        return states[min(counting)[1]]
    # The case waits for its customer: what had run out before presses nobody now.
    still = [s for s in states if s.stands_still]
    return next((s for s in still if s.state == PAUSED), still[0] if still else None)


def apply(
    case,
    reason: str,
    *,
    starts=(),
    pauses=(),
    resumes=(),
    stops=(),
    since: Since | None = None,
    named: Named | None = None,
) -> None:
    """Write what a step does to the clocks; "*" stands for all of them that can be paused.

    `since`: from when a clock that starts counts, which may be before the case came; `named`: by
    which limit, where it is not the policy's.
    The order is stop, resume, pause, start; a step without any of them changes nothing. In the
    caller's transaction, with the case locked; the case's `COLUMNS` are set and left to the caller
    to save.
    """
    if not (starts or pauses or resumes or stops):
        return
    events = events_of(case)
    for what, names in ((STOP, stops), (RESUME, resumes), (PAUSE, pauses)):
        live = _live(case, events)
        for clock in live if "*" in names else [name for name in names if name in live]:
            if what == PAUSE and clock in limits.NEVER_PAUSED:
                continue
            if _changes(live[clock], what):
                _write(case, events, clock, live[clock].run, what, reason)
    live = _live(case, events) if starts else {}
    for clock in starts:
        if clock not in live:
            run = 1 + sum(event.clock == clock and event.what == START for event in events)
            own = (named or {}).get(clock)
            _write(
                case,
                events,
                clock,
                run,
                START,
                reason,
                since=(since or {}).get(clock),
                limit=own.entry if own else None,
            )
    _keep_in_step(case, events)


def _live(case, events: list | None = None) -> dict[str, ClockState]:
    """The clocks that have not stopped; never two runs of one."""
    events = events_of(case) if events is None else events
    return {s.clock: s for s in _states(case, events, moment.now()) if not s.is_over}


def _changes(state: ClockState, what: str) -> bool:
    paused = state.intervals[-1].kind == PAUSED
    return what == STOP or paused == (what == RESUME)


def _write(
    case,
    events: list,
    clock: str,
    run: int,
    what: str,
    reason: str,
    *,
    since: datetime | None = None,
    limit: dict | None = None,
) -> None:
    """A machine's clock may be set back; a case's never is."""
    at = since or max([moment.now(), *(event.at for event in events)])
    event = ClockEvent(
        case=case, clock=clock, run=run, what=what, at=at, reason=reason, limit=limit
    )
    compiled_writes.insert(event)
    events.append(event)


def extend(case, clock: str, limit: Limit, reason: str) -> None:
    """The clock's run gets `limit` in place of what the policy says, from its start on. In the
    caller's transaction, with the case locked; its `COLUMNS` are set and left to save."""
    events = events_of(case)
    _write(case, events, clock, _live(case, events)[clock].run, EXTEND, reason, limit=limit.entry)
    _keep_in_step(case, events)


def live(case) -> dict[str, ClockState]:
    """The clocks that run or stand still, by name; never two runs of one."""
    return _live(case)


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
    events = events_of(case)
    for each in words:
        _write(case, events, each.state.clock, each.state.run, TOLD, each.word)
    _keep_in_step(case, events)


def compute_again(case) -> bool:
    """The calendar has changed: set the due time anew, in the caller's transaction with the case
    locked; whether it moved. What has run and paused stays as it is."""
    before = (case.due_at, case.due_clock)
    _keep_in_step(case, events_of(case))
    return before != (case.due_at, case.due_clock)


def runs(case, clock: str) -> bool:
    """Whether this clock has been started and not stopped (paused counts)."""
    return clock in _live(case)


def missed(case, clocks: Iterable[str]) -> bool:
    """Whether one of these has run out and was not stopped."""
    live = _live(case)
    return any(clock in live and live[clock].state == MISSED for clock in clocks)
