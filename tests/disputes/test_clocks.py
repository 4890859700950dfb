"""Time limits against a slow reference that walks minute by minute, and by hand."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from disputes import actions, clocks, moment
from disputes.desk import clock_view
from disputes.models import PolicyVersion
from disputes.policy import limits
from disputes.policy.limits import Limit

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)  # 14:05 in Shanghai
HOURS_24 = Limit(24, "hours")
DAYS_15 = Limit(15, "calendar_days")
MINUTE = timedelta(minutes=1)
TICK = timedelta(microseconds=1)


@dataclass
class Happened:
    what: str
    at: datetime
    reason: str = "opened"
    limit: dict | None = None


def state(events, limit, now):
    return clocks.state_of("merchant_first_reply", 1, events, limit, now)


def local(year, month, day, hour=0, minute=0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


# --- The reference: no arithmetic with intervals, only a walk ----------------------------------


def walk(events, until):
    """Each minute of the clock's life and whether it ran then."""
    at, kind, waiting = events[0].at, "", list(events)
    while at < until:
        while waiting and waiting[0].at <= at:
            what = waiting.pop(0).what
            kind = {"start": "runs", "resume": "runs", "pause": "stands", "stop": "over"}[what]
        if kind == "over":
            return
        yield at, kind == "runs"
        at += MINUTE


def works(at: datetime) -> bool:
    """By hand, for the weeks that the lives below lie in."""
    day = at.astimezone(SHANGHAI).date()
    off = {(2026, 2): range(15, 24), (2026, 10): range(1, 8), (2026, 9): range(25, 28)}
    made_up = {(2026, 2, 14), (2026, 2, 28), (2026, 9, 20), (2026, 10, 10)}
    if (day.year, day.month, day.day) in made_up:
        return True
    return day.weekday() < 5 and day.day not in off.get((day.year, day.month), ())


def slow(events, limit, now) -> tuple[timedelta, bool, datetime | None]:
    """Used, missed, and the last moment in time as far as the walk found it."""
    counted, budget, due, missed, ran_until = timedelta(), limit.length, None, False, now
    for at, runs in walk(events, now):
        after = at + MINUTE
        midnight = at.astimezone(SHANGHAI).date() != after.astimezone(SHANGHAI).date()
        if not runs:
            continue
        if not limit.by_days:
            if counted == budget:  # this minute goes beyond
                due, missed = at, True
            counted += MINUTE
            ran_until = after
        elif midnight and limit.by_working_days:
            # The last day must end while the clock runs, and be a working day itself.
            if counted >= budget and due is None and works(at):
                due, missed = after - TICK, True
            if works(after):
                counted += timedelta(days=1)
        elif midnight:
            counted += timedelta(days=1)
            if counted == budget + timedelta(days=1):
                due, missed = after - TICK, True
    if due is None and counted == budget and not limit.by_days and events[-1].what != "pause":
        due = max(ran_until, *(e.at for e in events if e.what in {"start", "resume"}))
    return counted, missed, due


@st.composite
def lives(draw, starts=(START,)):
    """A started clock with pauses and perhaps a stop, on whole minutes, events in turn."""
    start = draw(st.sampled_from(starts))
    at, events, running = start, [Happened("start", start)], True
    for gap in draw(st.lists(st.integers(0, 3000), max_size=7)):
        at += MINUTE * gap
        events.append(Happened("pause" if running else "resume", at))
        running = not running
    if draw(st.booleans()):
        at += MINUTE * draw(st.integers(0, 3000))
        events.append(Happened("stop", at))
    return events, at + MINUTE * draw(st.integers(0, 3000))


@given(lives(), st.sampled_from([Limit(n, "hours") for n in (1, 24, 72)]))
@settings(max_examples=150, deadline=None)
@example(([Happened("start", START), Happened("stop", START + 60 * MINUTE)], START + 99 * MINUTE),
         Limit(1, "hours"))  # fmt: skip
@example(([Happened("start", START), Happened("pause", START + 60 * MINUTE),
           Happened("resume", START + 70 * MINUTE)], START + 70 * MINUTE),
         Limit(1, "hours"))  # fmt: skip
@example(([Happened("start", START), Happened("pause", START + 60 * MINUTE),
           Happened("resume", START + 70 * MINUTE)], START + 71 * MINUTE),
         Limit(1, "hours"))  # fmt: skip
def test_hours_agree_with_the_walk(life, limit):
    agree(*life, limit)


@given(lives(), st.sampled_from([Limit(n, "calendar_days") for n in (1, 3, 6)]))
@settings(max_examples=150, deadline=None)
@example(([Happened("start", START), Happened("pause", START + MINUTE)], START + 9000 * MINUTE),
         Limit(1, "calendar_days"))  # fmt: skip
def test_calendar_days_agree_with_the_walk(life, limit):
    agree(*life, limit)


BEFORE_HOLIDAYS = tuple(
    datetime(2026, *day, 11, 5, tzinfo=SHANGHAI).astimezone(UTC)
    for day in ((2, 12), (2, 13), (2, 16), (9, 18), (9, 24), (9, 30), (11, 20))
)


# A pause over the end of the last working day, which ends on a day off.
WEDNESDAY, SATURDAY = local(2026, 11, 18, 11), local(2026, 11, 21, 10)
OVER_THE_END = [
    Happened("start", WEDNESDAY),
    Happened("pause", WEDNESDAY + timedelta(days=1)),
    Happened("resume", SATURDAY),
]


@pytest.mark.django_db
@given(lives(BEFORE_HOLIDAYS), st.sampled_from([Limit(n, "working_days") for n in (1, 2, 5)]))
@settings(max_examples=150, deadline=None)
@example((OVER_THE_END, SATURDAY + timedelta(days=4)), Limit(1, "working_days"))
def test_working_days_agree_with_the_walk(life, limit):
    agree(*life, limit)


def agree(events, now, limit):
    counted, missed, due = slow(events, limit, now)
    got = state(events, limit, now)
    assert got.used == counted
    assert (not got.kept) == missed
    if due:
        assert got.due_at == due
    assert sum(((i.end or now) - i.start for i in got.intervals), timedelta()) == (
        min(now, events[-1].at if events[-1].what == "stop" else now) - events[0].at
    )


@given(lives(), st.sampled_from([HOURS_24, DAYS_15]))
@settings(max_examples=100, deadline=None)
def test_a_running_clock_is_missed_just_after_its_due_time_and_not_before(life, limit):
    events, now = life
    before = state(events, limit, now)
    if before.state != "running":
        return
    assert state(events, limit, before.due_at).state == "running"
    assert state(events, limit, before.due_at).remaining == timedelta()
    assert state(events, limit, before.due_at + TICK).state == "missed"


@given(lives(), st.sampled_from([HOURS_24, DAYS_15]), st.integers(1, 3), st.integers(0, 40))
@settings(max_examples=100, deadline=None)
def test_an_extended_clock_is_one_with_the_longer_limit_from_its_start(life, limit, times, place):
    """Wherever in its life the extension stands: nothing that ran or paused is read otherwise."""
    events, now = life
    longer = Limit(limit.amount * (times + 1), limit.unit)
    extension = Happened("extend", events[0].at, limit=longer.entry)
    place = 1 + place % len(events)
    extended = state([*events[:place], extension, *events[place:]], limit, now)
    plain = state(events, longer, now)
    assert extended.extended
    assert replace(extended, extended=False) == plain
    assert extended.intervals == state(events, limit, now).intervals


# --- By hand ----------------------------------------------------------------------------------


def test_hours_run_by_the_wall_clock():
    got = state([Happened("start", START)], HOURS_24, START + timedelta(hours=20))
    assert (got.state, got.due_at) == ("running", START + timedelta(hours=24))
    assert (got.used, got.remaining) == (timedelta(hours=20), timedelta(hours=4))
    assert not got.is_provisional


def test_a_pause_moves_the_due_time_and_is_told_with_its_reason():
    events = [
        Happened("start", START),
        Happened("pause", START + 13 * MINUTE, "asked_consumer"),
        Happened("resume", START + 61 * MINUTE, "consumer_replied"),
    ]
    got = state(events, HOURS_24, START + timedelta(hours=21))
    assert got.due_at == START + timedelta(hours=24, minutes=48)
    assert [(i.kind, i.code) for i in got.intervals] == [
        ("running", "opened"),
        ("paused", "asked_consumer"),
        ("running", "consumer_replied"),
    ]
    assert str(got.intervals[1].reason) == "等客户补充"


def test_a_paused_clock_has_no_due_time_and_keeps_what_is_left():
    events = [Happened("start", START), Happened("pause", START + timedelta(hours=4))]
    got = state(events, HOURS_24, START + timedelta(days=9))
    assert (got.state, got.due_at, got.remaining) == ("paused", None, timedelta(hours=20))


def test_a_missed_clock_stays_missed_when_it_is_paused_or_stopped():
    late = START + timedelta(hours=25)
    for last, name in (("pause", "missed"), ("stop", "stopped")):
        now = late + timedelta(days=9)
        got = state([Happened("start", START), Happened(last, late)], HOURS_24, now)
        assert (got.state, got.kept, got.due_at) == (name, False, START + timedelta(hours=24))
        assert got.remaining == (timedelta(hours=-1) if name == "stopped" else got.due_at - now)


def test_fifteen_calendar_days_end_with_the_fifteenth_day():
    got = state([Happened("start", START)], DAYS_15, START)
    assert got.due_at == START + got.remaining == local(2026, 12, 9) - TICK
    assert state([Happened("start", local(2026, 11, 23))], DAYS_15, START).due_at == got.due_at
    just_before_midnight = local(2026, 11, 23, 23, 59)
    assert state([Happened("start", just_before_midnight)], DAYS_15, START).due_at == got.due_at


def test_calendar_days_go_over_the_end_of_february_and_of_the_year():
    for start, due in (
        (local(2028, 2, 20, 9), local(2028, 3, 7)),  # 29 February counts
        (local(2027, 2, 20, 9), local(2027, 3, 8)),
        (local(2026, 12, 31, 23, 59), local(2027, 1, 16)),
    ):
        assert state([Happened("start", start)], DAYS_15, start).due_at == due - TICK


def test_a_pause_over_one_night_gives_one_day_and_one_within_a_day_none():
    def due(paused, resumed):
        events = [Happened("start", START), Happened("pause", paused), Happened("resume", resumed)]
        return state(events, DAYS_15, resumed).due_at

    plain = local(2026, 12, 9) - TICK
    assert due(local(2026, 11, 24, 8), local(2026, 11, 24, 22)) == plain
    assert due(local(2026, 11, 24, 23), local(2026, 11, 25, 1)) == plain + timedelta(days=1)
    assert due(local(2026, 11, 24, 8), local(2026, 11, 27, 7)) == plain + timedelta(days=3)


def test_a_pause_at_the_very_end_is_still_in_time():
    end = START + timedelta(hours=24)
    events = [Happened("start", START), Happened("pause", end)]
    assert state(events, HOURS_24, end + timedelta(days=3)).state == "paused"
    events.append(Happened("resume", end + timedelta(hours=1)))
    assert state(events, HOURS_24, end).due_at == end + timedelta(hours=1)


def test_a_running_clock_is_not_started_a_second_time(clock, case):
    before = case.clock_events.count()
    clocks.apply(case, "opened", starts=("merchant_settles",))
    assert case.clock_events.count() == before


def test_an_event_that_changes_nothing_is_passed_over():
    events = [
        Happened("start", START),
        Happened("resume", START + MINUTE),
        Happened("pause", START + 2 * MINUTE),
        Happened("pause", START + 3 * MINUTE),
    ]
    assert [i.kind for i in clocks.intervals(events)] == ["running", "paused"]


# --- A case's own clocks ------------------------------------------------------------------------


def states(case) -> dict[str, str]:
    return {s.clock: s.state for s in clocks.of(case)}


def test_a_case_at_the_merchant_has_two_clocks_and_shows_the_nearer(clock, case):
    assert states(case) == {"merchant_first_reply": "running", "merchant_settles": "running"}
    assert clocks.current(case).clock == case.due_clock == "merchant_first_reply"
    assert case.due_at == moment.now() + timedelta(hours=24)


def test_a_missing_slip_has_one_hour(clock, open_case):
    case = open_case(kind="no_slip")
    assert states(case)["slip"] == "running"
    assert (case.due_clock, case.due_at) == ("slip", moment.now() + timedelta(hours=1))


def test_the_columns_agree_with_the_events_after_every_step(
    clock, pass_time, case, shop, support, consumer_of, say, close, new_key
):
    def check():
        row = type(case).objects.get(pk=case.pk)
        state = clocks.current(row)
        assert row.due_clock == (state.clock if state else "")
        assert row.due_at == (state.due_at if state else None)

    check()
    for step in (
        lambda: actions.ask_consumer(case, actor=support, body="?", submission_key=new_key()),
        lambda: say(case, consumer_of(case)),
        lambda: say(case, shop.clerk),
        lambda: actions.escalate(case, actor=consumer_of(case)),
        lambda: actions.ask_consumer(case, actor=support, body="?", submission_key=new_key()),
        lambda: close(case, support),
        lambda: actions.continue_case(
            case, actor=consumer_of(case), body="?", submission_key=new_key()
        ),
        lambda: actions.withdraw(case, actor=consumer_of(case)),
    ):
        pass_time(hours=7)
        step()
        check()


@pytest.mark.parametrize("kind", ["no_slip", "refund_request"])
def test_a_paused_case_presses_nobody_though_a_clock_had_run_out(
    clock, pass_time, open_case, support, consumer_of, say, new_key, kind
):
    """A slip that is late, or an answer that is late: while we wait for the customer the case
    sorts with the paused ones, and goes back to its place afterwards."""
    case = open_case(kind=kind)
    if kind == "refund_request":
        actions.escalate(case, actor=support)
    pass_time(hours=2, days=0 if kind == "no_slip" else 20)
    actions.ask_consumer(case, actor=support, body="?", submission_key=new_key())
    case.refresh_from_db()
    assert case.due_at is None
    view = clock_view.view(clocks.current(case), moment.now())
    assert (view.tone, view.words) == ("paused", "已暂停")
    say(case, consumer_of(case))
    case.refresh_from_db()
    assert case.due_at < moment.now()


def test_of_a_paused_case_the_clock_that_may_run_on_is_shown(
    clock, pass_time, open_case, support, new_key
):
    case = open_case(kind="no_slip")
    pass_time(hours=2)
    actions.ask_consumer(case, actor=support, body="?", submission_key=new_key())
    assert states(case)["slip"] == "missed"
    assert clocks.current(case).clock == "merchant_first_reply"


def test_what_stands_still_is_stopped_too_and_nothing_is_resumed_that_runs(
    clock, case, support, consumer_of, close, new_key
):
    actions.escalate(case, actor=consumer_of(case))  # resumes all, and all ran
    assert not case.clock_events.filter(what="resume").exists()
    actions.ask_consumer(case, actor=support, body="?", submission_key=new_key())
    close(case, support)
    assert set(states(case).values()) == {"stopped"}


def test_a_clock_that_starts_again_is_a_new_run(clock, pass_time, at_institution, support, close,
                                                consumer_of, new_key):  # fmt: skip
    case = at_institution
    close(case, support)
    pass_time(days=3)
    actions.continue_case(case, actor=consumer_of(case), body="不行。", submission_key=new_key())
    runs = [(s.run, s.state) for s in clocks.of(case) if s.clock == "institution_answer"]
    assert runs == [(1, "stopped"), (2, "running")]


def test_a_case_keeps_its_policy_when_a_new_one_comes(clock, pass_time, case, open_case):
    faster = limits.DEFAULTS | {"merchant_first_reply": {"amount": 2, "unit": "hours"}}
    PolicyVersion.objects.create(number=2, limits=faster)
    assert clocks.current(case).limit == timedelta(hours=24)
    assert clocks.current(open_case()).limit == timedelta(hours=2)


def test_a_machine_whose_clock_is_set_back_turns_no_case_back(clock, case, support, say, shop):
    clock.shift(timedelta(hours=-6))
    say(case, shop.clerk)
    actions.escalate(case, actor=support)
    moments = list(case.clock_events.order_by("pk").values_list("at", flat=True))
    assert moments == sorted(moments)
    assert all(s.used >= timedelta() for s in clocks.of(case))
