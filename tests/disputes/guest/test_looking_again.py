"""请人工查找: the payment comes, and the case closes by itself; by the look-up's own rules."""

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core import mail
from django.utils import timezone

from disputes import actions, looking_again, tasks
from disputes.actions import Claimed
from disputes.models import Case
from portal.accounts.actor import Actor
from portal.audit.models import Event
from portal.gate import posture
from portal.gate.models import Attempt
from portal.outbox.models import Entry
from receipts.models import Payment
from tests.payments import SHANGHAI, TYPED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

AT = datetime(2026, 11, 23, 14, 5, tzinfo=SHANGHAI)
REMEMBERED = {"tail": "7712", "minor": 38650, "at": AT, "merchant": ""}


@pytest.fixture
def wait(open_case):
    """`wait(merchant="…")`: a case that waits for what somebody remembers."""

    def do(looks_again=True, **claimed) -> Case:
        return open_case(
            kind="find_payment",
            payment=None,
            claimed=Claimed(**REMEMBERED | claimed),
            looks_again=looks_again,
        )

    return do


def fresh(case) -> Case:
    return Case.objects.get(pk=case.pk)


def test_the_payment_comes_and_the_case_closes_itself(
    wait, make_payment, hold, client, run_outbox, shop
):
    case = wait()
    assert tasks.look_again() == 0
    payment = make_payment(shop.merchant, at=datetime(2026, 11, 23, 14, 9))
    run_outbox()
    mail.outbox.clear()
    assert tasks.look_again() == 1
    now = fresh(case)
    assert (now.status, now.closing_reason, now.payment_id) == ("resolved", "found", payment.pk)
    assert (now.organisation_id, now.due_at, now.looks_again) == (None, None, False)
    run_outbox()
    (letter,) = mail.outbox
    assert letter.to == [case.contact]
    assert "找到了" in letter.subject
    for secret in ("386.50", "7712", payment.merchant.name):
        assert secret not in letter.subject + letter.body.replace(case.number, "")
    hold(case)
    page = client.get(f"/case/{case.number}/").content.decode()
    assert "有结果了：已找到" in page
    assert "系统找到了它" in page
    assert f"/payment/{payment.pk}/" in page
    assert client.get(f"/payment/{payment.pk}/").status_code == 200


def test_a_complaint_about_no_slip_gets_its_slip(open_case, make_payment, hold, client, run_outbox):
    """Begun without a payment, it waits like the others, and its slip is the answer."""
    case = open_case(kind="no_slip", payment=None, claimed=Claimed(**REMEMBERED), looks_again=True)
    payment = make_payment(at=datetime(2026, 11, 23, 14, 9), slip_printed="unknown")
    assert tasks.look_again() == 1
    now = fresh(case)
    assert (now.status, now.closing_reason) == ("resolved", "slip_issued")
    assert (now.payment_id, now.due_at) == (payment.pk, None)
    payment.refresh_from_db()
    assert payment.slip_printed == "no"
    run_outbox()
    assert "找到了" in mail.outbox[-1].subject
    hold(case)
    page = client.get(f"/case/{case.number}/").content.decode()
    assert "有结果了：已给到小票" in page
    assert client.get(f"/payment/{payment.pk}/").status_code == 200


def test_it_is_done_and_told_once(wait, make_payment):
    case = wait()
    payment = make_payment()
    told = Entry.objects.count()
    for _ in range(3):
        tasks.look_again()
        actions.match_payment(fresh(case), payment=payment, actor=Actor.system("look-up"))
    assert Entry.objects.count() == told + 1
    assert Event.objects.filter(type="case.matched").count() == 1


@pytest.mark.parametrize(
    ("claimed", "is_found"),
    [
        ({}, True),
        ({"at": AT + timedelta(minutes=10)}, True),
        ({"at": AT + timedelta(minutes=12)}, False),
        ({"tail": "7713"}, False),
        ({"minor": 38651}, False),
        ({"merchant": "财付通-小雨文具"}, True),
        ({"merchant": "大江五金店"}, False),
        ({"tail": ""}, False),
        ({"minor": None}, False),
        ({"at": None}, False),
    ],
)
def test_the_rules_are_the_look_ups(wait, payment, claimed, is_found):
    case = wait(**claimed)
    assert tasks.look_again() == is_found
    assert fresh(case).is_open != is_found


def test_of_two_none_is_taken_unless_the_shop_decides(wait, make_payment, payment):
    three, four = wait(), wait(merchant="小雨文具店", at=AT + timedelta(minutes=1))
    make_payment(at=datetime(2026, 11, 23, 14, 7))
    tasks.look_again()
    assert (fresh(three).is_open, fresh(four).payment_id) == (True, payment.pk)


def test_never_one_from_a_crowd(wait, make_payment, payment, settings):
    settings.LOOKUP_CROWD_LIMIT = 2
    case = wait()
    for number in range(2):
        make_payment(card_tail=f"000{number}")
    assert tasks.look_again() == 0
    assert fresh(case).is_open


def test_never_a_canary(wait, payment):
    Payment.objects.filter(pk=payment.pk).update(
        canary_at=timezone.now(), batch_no="", voucher_no="", rrn="", auth_code=""
    )
    case = wait()
    assert tasks.look_again() == 0
    assert fresh(case).is_open


def test_in_attack_mode_three_facts_wait_and_a_shops_name_is_enough(wait, payment, pass_time):
    three, four = wait(), wait(merchant="小雨文具店")
    posture.too_many()
    tasks.look_again()
    assert (fresh(three).is_open, fresh(four).is_open) == (True, False)
    pass_time(minutes=31)
    tasks.look_again()
    assert not fresh(three).is_open


def test_after_two_months_a_person_alone(wait, make_payment, pass_time):
    case = wait()
    make_payment()
    pass_time(days=61)
    assert tasks.look_again() == 0
    assert fresh(case).is_open


def test_a_case_that_somebody_ended_stays_ended(wait, payment, support, close):
    case = wait()
    close(case, support, "reject")
    assert tasks.look_again() == 0
    assert fresh(case).status == "rejected"


def test_nobody_but_the_machine_does_it(wait, payment, support, consumer_of):
    case = wait()
    for actor in (support, consumer_of(case)):
        with pytest.raises(actions.NotAllowed):
            actions.match_payment(case, payment=payment, actor=actor)


def test_one_that_fails_keeps_no_other_waiting(wait, payment, monkeypatch):
    first, second = wait(), wait()
    real = looking_again.match_payment

    def fails_once(case, **values):
        if case.pk == second.pk:
            raise RuntimeError
        real(case, **values)

    monkeypatch.setattr(looking_again, "match_payment", fails_once)
    assert tasks.look_again() == 1
    assert (fresh(first).is_open, fresh(second).is_open) == (False, True)


# --- what a case may be answered by itself for ---------------------------------------------------


@pytest.fixture
def send(client, begin, answer):
    """A customer goes through the pages of 请人工查找, with what the look-up did not find."""

    def do(**typed) -> Case:
        draft = begin(kind="find_payment", **TYPED | typed)
        answer(draft, "words", body="短信里有这笔，页面上查不到。")
        answer(draft, "contact", contact="guest@example.org")
        sent = client.post(f"/open/{draft.public_id}/check/")
        assert sent.status_code == 302, sent.content.decode()
        draft.refresh_from_db()
        return draft.case

    return do


def test_a_case_begins_as_a_look_up_that_is_counted(send, client, make_payment):
    case = send()
    assert case.looks_again
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.matched, attempt.network) == ("more", False, "127.0.0.0/24")
    page = client.get(f"/case/{case.number}/").content.decode()
    assert "到了以后会再找一次" in page
    make_payment()
    assert tasks.look_again() == 1


def test_sent_twice_it_is_one_case_and_one_message(send, client):
    case = send()
    draft = case.draft_set.get()
    client.post(f"/open/{draft.public_id}/check/")
    assert Case.objects.count() == 1


def test_who_guesses_by_cases_meets_the_look_ups_limits(send, make_payment, settings):
    """Forty tails of one amount and minute, before the file comes: as many of the cases are
    answered by themselves as look-ups would have been, and the rest by a person."""
    settings.LOOKUP_LIMITS = settings.LOOKUP_LIMITS | {"unproved": 1000, "unproved_all": 1000}
    cases = [send(card_tail=f"{number:04}") for number in range(25)]
    assert [case.looks_again for case in cases] == [True] * 20 + [False] * 5
    make_payment(card_tail="0003")
    make_payment(card_tail="0022")
    assert tasks.look_again() == 1


def test_without_work_the_budget_of_those_without_it_counts(send):
    cases = [send(card_tail=f"{number:04}", amount=f"1{number}.50") for number in range(11)]
    assert [case.looks_again for case in cases] == [True] * 10 + [False]


def test_a_canary_in_a_case_is_a_hit(send, payment):
    Payment.objects.filter(pk=payment.pk).update(
        canary_at=timezone.now(), batch_no="", voucher_no="", rrn="", auth_code=""
    )
    send()
    assert Attempt.objects.get().canary == str(payment.pk)


def test_what_is_not_remembered_waits_for_a_person(payment):
    assert not looking_again.may_wait(None, None)
    half = SimpleNamespace(tail="7712", minor=None, at=AT, merchant="")
    assert not looking_again.may_wait(half, None)
    assert not Attempt.objects.exists()
