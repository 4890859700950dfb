"""Whoever is to act hears that a deadline is near; supervisors that one was missed. Once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from disputes import actions, clocks, due_words, moment
from disputes.models import Case
from disputes.policy.limits import Limit
from disputes.tasks import sweep_clocks, tell_deadlines
from portal.accounts.actions import say_away
from portal.accounts.models import Membership, Role
from portal.audit.models import Event
from portal.outbox.models import Entry
from tests.tools import together

pytestmark = pytest.mark.django_db


def told(topic="case.due_soon") -> list[str]:
    return sorted(Entry.objects.filter(topic=topic).values_list("recipient", flat=True))


@pytest.mark.parametrize(
    ("limit", "before"),
    [
        (Limit(24, "hours"), timedelta(hours=4)),
        (Limit(1, "hours"), timedelta(minutes=15)),
        (Limit(15, "calendar_days"), timedelta(days=3)),
        (Limit(2, "working_days"), timedelta(days=1)),
    ],
)
def test_the_word_comes_a_part_of_the_limit_before_its_end(limit, before):
    assert limit.word_before == before


def test_the_merchant_s_people_hear_once_that_its_answer_is_due(clock, pass_time, case, shop):
    pass_time(hours=19, minutes=59)
    assert tell_deadlines() == 0
    pass_time(minutes=1)
    assert [tell_deadlines(), tell_deadlines()] == [1, 0]
    assert told() == [shop.manager.user.email]
    mail = Entry.objects.get(topic="case.due_soon")
    assert f"/merchant/cases/{case.number}/" in mail.payload["body"]
    event = Event.objects.get(type="case.due_soon")
    assert (event.subject, event.actor) == (case.subject, "system:clocks")


def test_a_slip_that_is_missed_hides_no_other_clock(clock, pass_time, open_case):
    case = open_case(kind="no_slip")
    pass_time(minutes=45)
    assert tell_deadlines() == 1
    pass_time(hours=20)
    assert tell_deadlines() == 1
    clocks_told = [e.clock for e in case.clock_events.filter(what="told").order_by("pk")]
    assert clocks_told == ["slip", "merchant_first_reply"]


def test_who_has_the_case_hears_of_the_institution_s_deadline(
    clock, pass_time, at_institution, support, make_member
):
    supervisor = make_member(Role.SUPERVISOR)
    actions.assign(at_institution, actor=support, assignee=support.user)
    pass_time(days=12, hours=9)
    assert tell_deadlines() == 1
    assert told() == [support.user.email]
    pass_time(days=4)
    assert [tell_deadlines(), tell_deadlines()] == [1, 0]
    assert told("case.overdue") == sorted([support.user.email, supervisor.user.email])


def test_in_its_last_moment_it_is_near_and_after_it_missed(clock, at_institution, make_member):
    """Told of one, the case is looked at again when the next is to be told."""
    make_member(Role.SUPERVISOR)
    due = clocks.current(at_institution).due_at
    clock.move_to(due)
    assert tell_deadlines() == 1
    assert (len(told()), len(told("case.overdue"))) == (1, 0)
    assert list(due_words.due()) == []
    assert Case.objects.get(pk=at_institution.pk).tell_at == due + clocks.TICK
    clock.move_to(due + clocks.TICK)
    assert tell_deadlines() == 1
    assert (len(told()), len(told("case.overdue"))) == (1, 1)
    assert Case.objects.get(pk=at_institution.pk).tell_at is None


def test_without_an_owner_supervisors_hear_of_it(clock, pass_time, at_institution, make_member):
    supervisor = make_member(Role.SUPERVISOR)
    pass_time(days=12, hours=9)
    tell_deadlines()
    assert told() == [supervisor.user.email]


def test_who_is_away_is_not_the_one_to_hear_of_it_alone(
    clock, pass_time, at_institution, support, make_member
):
    supervisor = make_member(Role.SUPERVISOR)
    actions.assign(at_institution, actor=support, assignee=support.user)
    pass_time(days=12, hours=9)
    today = timezone.localdate(moment.now())
    member = Membership.objects.get(user=support.user)
    say_away(member, first=today, last=today, actor=support)
    tell_deadlines()
    assert told() == [supervisor.user.email]
    # Back before it is missed: the owner hears, and the supervisors with them.
    pass_time(days=4)
    tell_deadlines()
    assert told("case.overdue") == sorted([support.user.email, supervisor.user.email])


def test_after_downtime_only_what_still_holds_is_told(
    clock, pass_time, at_institution, make_member
):
    make_member(Role.SUPERVISOR)
    pass_time(days=20)
    assert tell_deadlines() == 1
    assert (len(told()), len(told("case.overdue"))) == (0, 1)


def test_a_merchant_s_missed_deadline_is_told_by_the_hand_over_alone(clock, pass_time, case):
    pass_time(days=2)
    sweep_clocks()
    Entry.objects.all().delete()
    tell_deadlines()
    assert told() == told("case.overdue") == []


def test_a_paused_clock_is_not_told_of_and_comes_back_later(
    clock, pass_time, case, support, new_key, say, consumer_of
):
    pass_time(hours=10)
    actions.ask_consumer(case, actor=support, body="?", submission_key=new_key())
    pass_time(hours=30)
    assert tell_deadlines() == 0
    say(case, consumer_of(case))
    pass_time(hours=9)
    assert tell_deadlines() == 0
    pass_time(hours=1)
    assert tell_deadlines() == 1


def test_a_closed_case_is_not_told_of(clock, pass_time, case, support, close):
    close(case, support)
    assert Case.objects.get(pk=case.pk).tell_at is None
    pass_time(hours=23)
    assert tell_deadlines() == 0


def test_a_word_changes_no_clock(clock, pass_time, case):
    before = clocks.current(case).due_at
    pass_time(hours=21)
    tell_deadlines()
    now = clocks.current(Case.objects.get(pk=case.pk))
    assert (now.due_at, now.state, len(now.intervals)) == (before, "running", 1)


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_tell_once(clock, pass_time, case, shop):
    pass_time(hours=21)
    together(tell_deadlines, tell_deadlines)
    assert told() == [shop.manager.user.email]
    assert Event.objects.filter(type="case.due_soon").count() == 1
