"""Time limits that count working days: by hand, over holidays and the change of the year."""

from datetime import timedelta

import pytest

from disputes.desk import clock_view
from disputes.policy.limits import Limit
from tests.disputes.test_clocks import OVER_THE_END, SATURDAY, TICK, Happened, local, state

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_working_days_leave_out_the_holiday_and_count_the_make_up_day():
    events = [Happened("start", local(2026, 2, 13, 11))]  # a Friday; Saturday is worked
    got = state(events, Limit(2, "working_days"), local(2026, 2, 20))
    assert got.due_at == local(2026, 2, 25) - TICK  # the Tuesday after the spring festival
    assert (got.state, got.used) == ("running", timedelta(days=1))
    assert not got.is_provisional
    assert clock_view.view(got, local(2026, 2, 20)).used == "已用 1 个工作日，共 2 个工作日"


def test_a_deadline_in_a_year_without_notice_is_provisional():
    events = [Happened("start", local(2026, 12, 28, 11))]
    got = state(events, Limit(5, "working_days"), local(2026, 12, 29))
    assert got.due_at == local(2027, 1, 6) - TICK
    assert got.is_provisional
    assert not state(events, Limit(3, "working_days"), local(2026, 12, 29)).is_provisional


def test_what_is_left_of_a_paused_one_is_counted_in_days():
    events = [Happened("start", local(2026, 2, 13, 11)), Happened("pause", local(2026, 2, 14, 11))]
    got = state(events, Limit(3, "working_days"), local(2026, 2, 20))
    assert (got.state, got.used, got.remaining) == ("paused", DAY, 2 * DAY)


def test_a_day_that_a_pause_made_good_leaves_no_debt():
    """The last day was over while it stood still; the Monday that it got in its place counts."""
    monday = local(2026, 11, 23, 12)
    running = state(OVER_THE_END, Limit(1, "working_days"), SATURDAY)
    assert running.due_at == local(2026, 11, 24) - TICK
    got = state([*OVER_THE_END, Happened("pause", monday)], Limit(1, "working_days"), monday)
    assert (got.state, got.used, got.remaining) == ("paused", 2 * DAY, timedelta())
