import pytest

from disputes import actions, clocks
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(new_key):
    return lambda case, actor, body="请问几号桌？": actions.ask_consumer(
        case, actor=actor, body=body, submission_key=new_key()
    )


def states(case):
    return {s.clock: s.state for s in clocks.of(case)}


def test_the_clocks_stand_still_until_the_customer_answers(
    clock, pass_time, case, support, ask, say, consumer_of
):
    due = case.due_at
    ask(case, support)
    assert (case.status, case.due_at, case.due_clock) == (
        "waiting_consumer", None, "merchant_first_reply",
    )  # fmt: skip
    assert set(states(case).values()) == {"paused"}
    pass_time(hours=40)
    say(case, consumer_of(case))
    assert set(states(case).values()) == {"running"}
    assert (case.due_at - due).total_seconds() == 40 * 3600


def test_while_the_merchant_has_not_answered_the_case_goes_back_to_waiting_for_that(
    case, support, ask, say, consumer_of
):
    ask(case, support)
    say(case, consumer_of(case))
    assert case.status == "new"


def test_a_merchants_question_is_its_first_answer(case, shop, ask, say, consumer_of):
    ask(case, shop.clerk)
    assert states(case) == {"merchant_first_reply": "stopped", "merchant_settles": "paused"}
    say(case, consumer_of(case))
    assert case.status == "working"


def test_at_the_institution_the_answers_clock_stands_still(at_institution, support, ask):
    ask(at_institution, support)
    assert states(at_institution)["institution_answer"] == "paused"


def test_a_merchant_stops_no_clock_of_the_institution(at_institution, shop, ask):
    with pytest.raises(actions.WrongState, match="转给支付机构"):
        ask(at_institution, shop.manager)


def test_only_the_customers_answer_lets_them_run_on(case, shop, support, ask, say):
    ask(case, support)
    say(case, shop.clerk)
    say(case, support)
    assert case.status == "waiting_consumer"
    assert states(case)["merchant_settles"] == "paused"


def test_a_second_question_leaves_the_pause_as_it_is(case, support, ask):
    ask(case, support)
    before = case.clock_events.count()
    ask(case, support, "还有：哪天？")
    assert case.clock_events.count() == before


def test_it_tells_the_customer_alone(case, support, ask):
    Entry.objects.all().delete()
    message = ask(case, support)
    assert [e.recipient for e in Entry.objects.all()] == ["guest@example.org"]
    assert (message.event, message.audience) == ("asked_consumer", "all")


def test_the_form_sent_twice_asks_once(case, support, new_key):
    key = new_key()
    first, second = (
        actions.ask_consumer(case, actor=support, body="?", submission_key=key) for _ in "ab"
    )
    assert first == second
    assert case.messages.filter(event="asked_consumer").count() == 1


def test_a_closed_case_asks_nothing(case, support, ask, close):
    close(case, support)
    with pytest.raises(actions.WrongState):
        ask(case, support)
