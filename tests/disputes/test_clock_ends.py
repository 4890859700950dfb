"""How a clock ended: kept, kept too late, or left by whoever it was running for."""

from datetime import timedelta

import pytest

from disputes.clock_state import REASONS
from disputes.desk import clock_view
from disputes.policy import limits
from tests.disputes.test_clocks import HOURS_24, START, Happened, state

DONE = ("merchant_replied", "resolved", "rejected")
LEFT = (
    "escalated_by_consumer", "escalated_by_institution", "escalated_by_time",
    "forwarded", "withdrawn", "merged",
)  # fmt: skip


def ended(reason: str, after: timedelta):
    at = START + after
    return state([Happened("start", START), Happened("stop", at, reason)], HOURS_24, at)


@pytest.mark.parametrize("reason", [*DONE, *LEFT])
@pytest.mark.parametrize("hours", [2, 30])
def test_what_was_done_and_what_was_left_are_called_what_they_are(reason, hours):
    got = ended(reason, timedelta(hours=hours))
    assert got.was_left == (reason in LEFT)
    late, left = hours > 24, reason in LEFT
    words = {
        (False, False): ("met", "按时完成"),
        (True, False): ("late", "完成时已超时"),
        (False, True): ("met", "没到时限就结束"),
        (True, True): ("late", "超时，没有完成"),
    }
    view = clock_view.view(got, START + timedelta(days=3))
    assert (view.tone, view.words) == words[late, left]


def test_it_says_when_and_by_what_it_ended():
    got = ended("withdrawn", timedelta(hours=2))
    assert got.ended_at == START + timedelta(hours=2)
    assert got.ended_words == REASONS["withdrawn"]
    assert got.label == limits.LABELS["merchant_first_reply"]


def test_what_runs_has_not_ended():
    """Not by what began it either."""
    got = state([Happened("start", START, "escalated_by_time")], HOURS_24, START)
    assert (got.ended_at, got.ended_by, got.was_left) == (None, "", False)
