"""Failures are counted, by everything that a guesser would hold still, in one step."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from portal.gate.limits import DAY, Asks, Limit, Try, decide
from portal.gate.models import Attempt, Counter, Posture

pytestmark = pytest.mark.django_db

TAIL = Limit("tail", "4821", 3)


def guess(*limits: Limit, subject: str = "", detail: str = "", now=None):
    attempt = Try(tail="4821", cell="38650:1", amount_minor=38650, subject=subject, detail=detail)
    return decide(attempt, limits or (TAIL,), now)


def test_a_hit_is_open_while_no_limit_is_reached():
    for _failure in range(2):
        assert not guess().is_open
    assert guess(subject="payment").is_open


def test_a_hit_after_too_many_failures_is_told_nothing(clock):
    for _failure in range(3):
        guess()
    decision = guess(subject="payment")
    assert not decision.is_open
    assert decision.reached == {"tail"}


def test_a_hit_is_no_failure(clock):
    for _look in range(20):
        assert guess(subject="payment").is_open
    assert Counter.objects.get().count == 0


@pytest.mark.parametrize("detail", ["merchant", "code"])
def test_one_more_detail_opens_what_a_limit_closed(clock, detail):
    for _failure in range(3):
        guess()
    assert guess(subject="payment", detail=detail).is_open


def test_a_name_that_was_tried_too_often_is_no_proof(clock):
    named = Limit("merchant", "小雨文具", 2, asks=Asks.CODE)
    for _failure in range(2):
        guess(named, detail="merchant")
    assert not guess(named, subject="payment", detail="merchant").is_open
    assert guess(named, subject="payment", detail="code").is_open
    assert guess(TAIL, subject="payment").is_open


def test_no_detail_helps_against_a_hard_limit(clock):
    budget = Limit("unproved", "203.0.113.9", 2, always=True, asks=Asks.PERSON)
    assert guess(budget, subject="payment").is_open
    assert guess(budget, subject="payment").is_open
    assert not guess(budget, subject="payment", detail="code").is_open


def test_the_window_slides(clock, pass_time):
    """Three failures at 15:40; one hour later two thirds of a period ago they weigh one third."""
    for _failure in range(3):
        guess()
    pass_time(minutes=10)
    assert not guess(subject="payment").is_open
    pass_time(minutes=35)  # 16:25: 3 × (1 − 25/60) = 1.75
    assert guess(subject="payment").is_open
    pass_time(hours=2)
    for _failure in range(2):
        guess()
    assert guess(subject="payment").is_open


def test_hours_and_days_are_counted_apart(clock, pass_time):
    limits = (TAIL, Limit("tail", "4821", 5, period=DAY))
    for _hour in range(3):
        for _failure in range(2):
            guess(*limits)
        pass_time(hours=3)
    assert guess(*limits, subject="payment").reached == {"tail"}
    assert guess(TAIL, subject="payment").is_open


def test_a_clock_behind_the_counter_counts_on(clock):
    now = timezone.now()
    for _failure in range(2):
        guess(now=now)
    guess(now=now - timedelta(hours=3))
    assert not guess(subject="payment", now=now).is_open


def test_the_log_holds_no_tail_and_no_amount(clock):
    guess(subject="payment-id")
    guess()
    found, more = Attempt.objects.order_by("pk")
    assert (found.outcome, found.subject, found.matched) == ("found", "payment-id", True)
    assert (more.outcome, more.subject, more.matched) == ("more", "", False)
    for row in (found, more):
        kept = " ".join(str(getattr(row, field.name)) for field in Attempt._meta.fields[2:])
        assert "4821" not in kept
        assert "38650" not in kept
        assert row.amount_bucket == 5
    assert found.tail_hash == more.tail_hash


def test_what_a_limit_withheld_is_logged_as_matched_and_without_the_payment(clock):
    for _failure in range(3):
        guess()
    guess(subject="payment-id")
    row = Attempt.objects.latest("pk")
    assert (row.outcome, row.matched, row.subject, row.reached) == ("more", True, "", "tail")


class TestAttackMode:
    def test_the_failure_that_is_one_too_many_says_so_once(self, clock):
        everybody = Limit("global", "", 3)
        assert [guess(everybody).crossed for _failure in range(5)] == [0, 0, 1, 0, 0]
        decision = guess(everybody, subject="payment")
        assert decision.attack
        assert not decision.is_open
        assert guess(everybody, subject="payment", detail="merchant").is_open

    def test_three_times_the_usual_is_no_attack(self, clock):
        Posture.objects.create(pk=1, usual_failures=4)
        everybody = Limit("global", "", 3)
        for _failure in range(11):
            assert not guess(everybody).crossed
        assert guess(everybody, subject="payment").is_open
        assert guess(everybody).crossed

    def test_a_supervisor_raises_and_lifts_it(self, clock):
        later = timezone.now() + timedelta(hours=1)
        posture = Posture.objects.create(pk=1, mode="raised", mode_until=later)
        assert not guess(subject="payment").is_open
        posture.mode, posture.attack_until = "lifted", later
        posture.save()
        assert guess(subject="payment").is_open
        posture.mode_until = timezone.now()
        posture.save()
        assert not guess(subject="payment").is_open


@pytest.mark.django_db(transaction=True)
def test_fifty_at_the_same_time_count_fifty():
    """And of fifty requests at once that all hit, none is told more than the limit lets out."""
    limits = (Limit("tail", "4821", 1000), Limit("cell", "c", 1000), Limit("global", "", 1000))

    def one(number):
        try:
            return guess(*(limits if number % 2 else limits[::-1]))
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(one, range(50)))
    assert sorted(Counter.objects.values_list("count", flat=True)) == [50, 50, 50]
    assert Attempt.objects.count() == 50
