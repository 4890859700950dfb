"""Days that are not like an account's days, and those that only look busy."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from portal.accounts.actor import Actor
from portal.audit.models import Event, Reading
from portal.outbox.models import Entry
from portal.viewing import pattern, sweep
from portal.viewing.pattern import Day

WEEK = [Day(number=n, idle=n // 5, merchants=n // 2, by_hour={10: n}) for n in (30, 34, 28, 41, 36)]


@pytest.mark.parametrize(
    ("today", "rules"),
    [
        (Day(number=60, by_hour={10: 60}), []),  # busy: below twice the usual
        (Day(number=75, by_hour={10: 75}), ["number"]),
        (Day(number=39, idle=39, by_hour={10: 39}), ["idle"]),
        (Day(number=38, idle=4, merchants=15, by_hour={10: 38}), []),
        (Day(number=60, merchants=60, by_hour={10: 60}), ["merchants"]),
    ],
)
def test_a_day_is_held_against_the_accounts_own(today, rules):
    assert [each.rule for each in pattern.unusual(today, WEEK)] == rules


def test_one_odd_day_does_not_make_the_next_usual():
    usual = pattern.spread_of([30, 34, 28, 41, 36])
    assert pattern.spread_of([30, 34, 28, 41, 36, 400])[0] <= usual[0] + 1
    assert pattern.unusual(Day(number=90), [*WEEK, Day(number=400)])[0].rule == "number"


def test_hours_in_which_it_never_worked():
    worked = [Day(number=20, by_hour={9: 10, 14: 10}) for _ in range(10)]
    assert pattern.unusual(Day(number=12, by_hour={10: 12}), worked) == []
    assert pattern.unusual(Day(number=9, by_hour={3: 9}), worked) == []
    found = pattern.unusual(Day(number=12, by_hour={2: 6, 3: 6}), worked)
    assert [(each.rule, each.figure, each.hours) for each in found] == [("hours", 12, (2, 3))]


def test_a_newcomer_is_strange_at_night_alone_and_once():
    evening, night = Day(number=12, by_hour={21: 12}), Day(number=12, by_hour={3: 12})
    assert pattern.unusual(evening, WEEK) == []
    assert [(each.rule, each.days) for each in pattern.unusual(night, WEEK)] == [("hours", 5)]
    assert pattern.unusual(night, [*WEEK, night]) == []


def test_lines_that_were_searched_for_are_held_against_days_with_such_lines():
    before = [Day(listed=100), Day(number=30), *[Day(listed=120)] * 4]
    assert pattern.unusual(Day(listed=299), before) == []
    found = pattern.unusual(Day(listed=300), before)
    assert [(each.rule, each.usual, each.days) for each in found] == [("listed", 120, 5)]
    assert [each.usual for each in pattern.unusual(Day(listed=300), before[:2])] == [None]


def test_a_new_account_has_nothing_to_be_held_against_but_a_ceiling():
    assert pattern.unusual(Day(number=119), WEEK[:2]) == []
    found = pattern.unusual(Day(number=120), WEEK[:2])
    assert [(each.rule, each.usual, each.days) for each in found] == [("number", None, 2)]


def test_chance_alone_alarms_hardly_ever():
    """2,000 days of accounts whose counts vary by chance and by twice on busy days."""
    rng = random.Random(7)
    alarms = 0
    for _account in range(100):
        mean = rng.uniform(10, 60)
        days = [
            Day(number=round(rng.gauss(mean * rng.choice((0.7, 1, 1, 1.4)), mean**0.5)) or 1)
            for _ in range(40)
        ]
        for at in range(20, 40):
            alarms += len(pattern.unusual(days[at], days[at - 20 : at]))
    assert alarms == 0


def read(actor: Actor, subject: str, at: datetime) -> Reading:
    window = int(at.timestamp()) // 600
    return Reading(reader=actor.id, subject=subject, what="opened", at=at, window=window)


@pytest.fixture
def four_weeks(db):
    """`four_weeks(actor)`: twenty a day, from nine to five, in four weeks before MOMENT."""

    def make(actor: Actor, each: int = 20) -> None:
        start = datetime(2026, 11, 23, 1, tzinfo=UTC)
        Reading.objects.bulk_create(
            read(actor, f"case:old-{back}-{n}", start - timedelta(days=back, minutes=-20 * n))
            for back in range(1, 26)
            for n in range(each)
        )

    return make


def test_supervisors_are_told_once_with_figure_and_words(
    clock, four_weeks, make_member, make_case_numbers
):
    boss = make_member("supervisor")
    actor = Actor.member(make_member("support", name="小陶"))
    four_weeks(actor)
    now = timezone.now()
    Reading.objects.bulk_create(
        read(actor, f"case:{number}", now - timedelta(minutes=30)) for number in make_case_numbers
    )
    assert sweep.look() == 1
    assert sweep.look() == 0
    mail = Entry.objects.get(topic="unusual_viewing")
    assert mail.recipient == boss.user.email
    body = mail.payload["body"]
    assert "小陶今天打开了 90 笔交易和案件。" in body
    assert "25 个工作日里，中位数是 20" in body
    event = Event.objects.get(type="viewing.unusual.number")
    assert event.subject == f"account:{actor.user.public_id}"
    assert '"figure":90' in event.text


@pytest.fixture
def make_case_numbers():
    return [f"2611-{n:04}" for n in range(90)]


def test_cases_that_are_neither_ones_own_nor_worked_on_are_counted(
    clock, four_weeks, make_actor, open_case, assignable_case
):
    actor = make_actor("support")
    other = open_case(contact="other@example.org")
    mine = assignable_case(actor)
    now = timezone.now()
    Reading.objects.bulk_create(read(actor, each.subject, now) for each in (other, mine))
    day = sweep.days_of(actor.id, timezone.localtime())[timezone.localdate()]
    assert (day.number, day.idle, day.merchants) == (2, 1, 1)


@pytest.fixture
def assignable_case(open_case):
    def make(actor: Actor):
        case = open_case()
        case.assignee = actor.user
        case.save()
        return case

    return make


def test_what_was_listed_is_told_too(clock, support):
    at = timezone.now()
    rows = [read(support, f"payment:{n}", at) for n in range(299)] + [
        read(support, "list:queue", at)
    ]
    for row in rows:
        row.what = "listed"
    Reading.objects.bulk_create(rows)
    assert sweep.look() == 0
    Reading.objects.create(
        reader=support.id, subject="payment:x", what="listed", at=at, window=rows[0].window
    )
    assert sweep.look() == 1
    assert Event.objects.filter(type="viewing.unusual.listed").exists()


def test_a_quiet_day_costs_one_query(clock, four_weeks, support, django_assert_num_queries):
    four_weeks(support)
    with django_assert_num_queries(1):
        assert sweep.look() == 0
