"""Two people, or two machines, at the same moment: on both databases, with real connections."""

import threading
import time
import uuid
from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from disputes import actions, moment, numbers
from disputes.models import Case, Message, MoneyBack, Refund
from disputes.tasks import sweep_clocks
from portal.accounts.actions import end_membership
from portal.accounts.models import Membership
from portal.audit.models import Event
from portal.outbox.models import Entry
from tests.disputes.refunding import approve, propose
from tests.tools import together

pytestmark = pytest.mark.django_db(transaction=True)


def fresh(case) -> Case:
    return Case.objects.get(pk=case.pk)


def test_numbers_never_collide_and_leave_no_gap():
    def draw():
        with transaction.atomic():
            return numbers.next_number(timezone.now())

    drawn = together(*[draw] * 12)
    assert sorted(int(number[5:]) for number in drawn) == list(range(1, 13))


def test_the_same_form_at_the_same_moment_opens_one_case(answers):
    with_payment = answers()
    without = answers(kind="find_payment", payment=None, contact="second@example.org")
    for values in (with_payment, without):
        results = together(*[lambda values=values: actions.open_case(**values)] * 4)
        assert Counter(r.created for r in results) == {True: 1, False: 3}
        assert len({r.case.pk for r in results}) == 1
    assert Case.objects.count() == 2
    assert Entry.objects.filter(recipient="guest@example.org").count() == 1
    assert sorted(Case.objects.values_list("number", flat=True)) == sorted(
        f"{timezone.localtime():%y%m}-000{n}" for n in (1, 2)
    )


def test_two_forms_of_one_contact_open_one_case(answers, payment):
    forms = [answers(payment=payment) for _ in range(3)]
    results = together(*[lambda values=values: actions.open_case(**values) for values in forms])
    kinds = Counter(type(r).__name__ for r in results)
    assert kinds == {"Opened": 1, "AlreadyOpen": 2}


def test_many_cases_at_once_all_open(answers, make_payment, shop):
    forms = [
        answers(payment=make_payment(shop.merchant), contact=f"guest{n}@example.org")
        for n in range(6)
    ]
    results = together(*[lambda values=values: actions.open_case(**values) for values in forms])
    assert all(r.created for r in results)
    assert len({r.case.number for r in results}) == 6


def test_two_agents_close_it_and_one_learns_of_the_other(case, make_actor):
    def closing(verb):
        agent, agents_view = make_actor("support"), fresh(case)
        return lambda: getattr(actions, verb)(
            agents_view, actor=agent, body="完。", closing_reason="other",
            root_cause="none_found",
            submission_key=uuid.uuid4(),
        )  # fmt: skip

    results = together(closing("resolve"), closing("reject"))
    kinds = Counter(type(r).__name__ for r in results)
    assert kinds == {"Message": 1, "WrongState": 1}
    assert Message.objects.filter(event__in=["resolved", "rejected"]).count() == 1
    assert fresh(case).status == Message.objects.get(event__in=["resolved", "rejected"]).event


def test_the_same_reply_at_the_same_moment_is_one_message(case, shop):
    key = uuid.uuid4()

    def send():
        return actions.reply(fresh(case), actor=shop.clerk, body="好的。", submission_key=key)

    results = together(*[send] * 4)
    assert len({message.pk for message in results}) == 1
    assert Event.objects.filter(type="case.merchant_replied").count() == 1


def test_a_reply_and_a_colleagues_change_both_stay(case, support, make_actor):
    colleague, first, second = make_actor("support"), fresh(case), fresh(case)
    results = together(
        lambda: actions.assign(first, actor=support, assignee=colleague.user),
        lambda: actions.reply(second, actor=support, body="在核实。", submission_key=uuid.uuid4()),
    )
    assert not [r for r in results if isinstance(r, Exception)]
    row = fresh(case)
    assert (row.assignee, row.last_word) == (colleague.user, "在核实。")


def test_two_sweeps_and_the_customer_move_a_case_once(answers, consumer_of):
    with moment.at(timezone.now() - timedelta(days=2)):
        case = actions.open_case(**answers()).case
    customer, view = consumer_of(case), fresh(case)
    results = together(sweep_clocks, sweep_clocks, lambda: actions.escalate(view, actor=customer))
    assert not [r for r in results if isinstance(r, Exception)]
    assert Event.objects.filter(type__startswith="case.escalated").count() == 1
    answers_started = fresh(case).clock_events.filter(clock="institution_answer", what="start")
    assert answers_started.count() == 1


def test_the_merchants_answer_and_the_sweep_leave_one_clear_state(answers, shop):
    with moment.at(timezone.now() - timedelta(hours=30)):
        case = actions.open_case(**answers()).case
    view = fresh(case)
    results = together(
        sweep_clocks,
        lambda: actions.reply(view, actor=shop.clerk, body="好的。", submission_key=uuid.uuid4()),
    )
    assert not [r for r in results if isinstance(r, Exception)]
    row = fresh(case)
    assert (row.stage, row.due_clock) in {
        ("merchant", "merchant_settles"),
        ("institution", "institution_answer"),
    }
    assert row.messages.filter(author_kind="merchant").count() == 1


def test_a_role_taken_away_between_click_and_commit_approves_nothing(case, shop, make_actor):
    supervisor = make_actor("supervisor")
    propose(case, shop.manager)
    taken = threading.Event()

    def take_away():
        with transaction.atomic():
            Membership.objects.filter(user=supervisor.user).update(is_active=False)
            taken.set()
            time.sleep(0.4)  # whoever approves stands before the row by now

    def click():
        assert taken.wait(20)
        return approve(fresh(case), supervisor)

    assert isinstance(together(take_away, click)[1], actions.NotAllowed)
    assert Refund.objects.get().state == "proposed"
    assert not MoneyBack.objects.exists()


def test_a_role_is_taken_away_only_after_the_approval_that_it_holds(case, shop, make_actor):
    supervisor, administrator = make_actor("supervisor"), make_actor("administrator")
    propose(case, shop.manager)
    approved = threading.Event()
    order: list[str] = []

    def click():
        with transaction.atomic():
            approve(fresh(case), supervisor)
            approved.set()
            time.sleep(0.4)
            order.append("approved")

    def take_away():
        assert approved.wait(20)
        end_membership(supervisor.user.memberships.get(), actor=administrator)
        order.append("ended")

    assert together(click, take_away) == [None, None]
    assert order == ["approved", "ended"]
    assert Refund.objects.get().state == "approved"
