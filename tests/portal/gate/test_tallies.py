"""Look-ups are counted by the hour once, and what runs is counted from the newest rows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.erasure import retention
from portal.gate import hot_spots, tallies, tasks
from portal.gate.models import Attempt, Tally

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def attempt(ago: timedelta = timedelta(), number: int = 1, **values) -> None:
    given = {
        "tail_hash": "t",
        "cell_hash": "c",
        "amount_bucket": 4,
        "outcome": "found",
        "matched": True,
    }
    for _ in range(number):
        Attempt.objects.create(at=timezone.now() - ago, **given | values)


def failed(ago: timedelta = timedelta(), number: int = 1, **values) -> None:
    attempt(ago, number, **{"outcome": "more", "matched": False} | values)


def counted(hours=24):
    start = (timezone.now() - timedelta(hours=hours)).replace(minute=0)
    return tallies.since(start).hours


def total(hours=24) -> tallies.Sum:
    found = tallies.Sum()
    for each in counted(hours).values():
        found.include(each)
    return found


def test_an_hour_is_counted_once_and_says_what_the_log_says():
    attempt(timedelta(hours=3), 4)
    failed(timedelta(hours=3), 2, reached="tail cell")
    attempt(timedelta(hours=3), 1, outcome="more", reached="tail")
    before = total()
    assert (before.shown, before.more, before.nothing, before.limited) == (4, 3, 2, 3)
    assert before.by_limit == {"tail": 3, "cell": 2}
    assert tallies.count_up() == 3
    assert tallies.count_up() == 0
    assert total() == before


def test_what_has_been_counted_is_not_read_again(django_assert_num_queries):
    failed(timedelta(hours=3), 5)
    tallies.count_up()
    Attempt.objects.all().delete()
    assert total().more == 5


def test_the_running_hour_and_one_just_over_are_read_from_the_log(clock, pass_time):
    failed(timedelta(minutes=10), 3)  # 15:30 of 15:40
    tallies.count_up()
    assert not Tally.objects.exists()
    pass_time(minutes=22)  # 16:02: a row of 15:59 may still be on its way
    tallies.count_up()
    assert not Tally.objects.exists()
    assert total().more == 3
    pass_time(minutes=5)
    failed()
    tallies.count_up()
    assert Tally.objects.get().count == 3
    assert total().more == 4


def test_hours_that_were_missed_are_made_up_for():
    failed(timedelta(hours=9))
    tallies.count_up()
    failed(timedelta(hours=7))
    failed(timedelta(hours=2))
    tallies.count_up()
    assert sorted(row.count for row in Tally.objects.all()) == [1, 1, 1]
    assert len(counted()) == 3


def test_a_page_never_reads_more_than_so_many_rows(monkeypatch):
    monkeypatch.setattr(tallies, "NEWEST", 10)
    failed(timedelta(minutes=20), 8)
    attempt(timedelta(minutes=1), 5)
    start = timezone.now().replace(minute=0)
    found = tallies.since(start)
    assert found.is_cut
    assert [(each.shown, each.more) for each in found.hours.values()] == [(5, 5)]


def test_tallies_go_with_the_log(pass_time):
    failed(timedelta(hours=3))
    tasks.learn()
    assert Tally.objects.count() == 1
    pass_time(days=366)
    retention.enforce()
    assert not Tally.objects.exists()


def test_failures_gather_somewhere():
    failed(number=4, cell_hash="a", network="203.0.113.0/24")
    failed(number=2, cell_hash="b", network="203.0.113.0/24", tail_hash="u")
    attempt(number=9, cell_hash="d")
    failed(timedelta(hours=25), 9, cell_hash="e")
    found = hot_spots.find()
    assert found.cells == [hot_spots.Spot("a", 4, 1, 4)]
    assert found.networks == [hot_spots.Spot("203.0.113.0/24", 6, 2)]


def test_only_the_newest_failures_are_read(monkeypatch):
    monkeypatch.setattr(hot_spots, "NEWEST", 3)
    failed(timedelta(hours=2), 50, cell_hash="old")
    failed(number=3, cell_hash="new")
    assert [spot.name for spot in hot_spots.find().cells] == ["new"]
