import json

import pytest

from disputes import actions, clocks, policy
from portal.audit.models import Event
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def resolve(new_key):
    def do(case, actor, body="这是结果。", closing_reason="refund_agreed", key=None):
        return actions.resolve(
            case,
            actor=actor,
            body=body,
            closing_reason=closing_reason,
            submission_key=key or new_key(),
        )

    return do


def test_it_closes_the_case_with_its_reason_and_stops_every_clock(clock, case, support, resolve):
    resolve(case, support)
    case.refresh_from_db()
    assert (case.status, case.closing_reason) == ("resolved", "refund_agreed")
    assert (case.due_at, case.due_clock) == (None, "")
    assert {s.state for s in clocks.of(case)} == {"stopped"}
    assert policy.closing_label(case)


def test_the_customer_reads_the_outcome_in_the_conversation(case, support, resolve, consumer_of):
    message = resolve(case, support)
    assert (message.event, message.audience, message.body) == ("resolved", "all", "这是结果。")


def test_a_manager_closes_at_the_merchants_stage_and_the_customer_is_told(case, shop, resolve):
    Entry.objects.all().delete()
    resolve(case, shop.manager)
    assert [e.recipient for e in Entry.objects.all()] == ["guest@example.org"]


def test_the_institutions_decision_is_told_to_both(case, shop, support, resolve):
    Entry.objects.all().delete()
    resolve(case, support)
    told = {e.recipient for e in Entry.objects.all()}
    assert told == {"guest@example.org", shop.manager.user.email}


def test_a_manager_closes_nothing_that_lies_at_the_institution(at_institution, shop, resolve):
    with pytest.raises(actions.WrongState, match="转给支付机构"):
        resolve(at_institution, shop.manager)


def test_a_clerk_closes_nothing(case, shop, resolve):
    with pytest.raises(actions.NotAllowed):
        resolve(case, shop.clerk)


@pytest.mark.parametrize("reason", ["", "weather", "delivered_as_agreed"])
def test_it_wants_a_reason_of_its_own_list(case, support, resolve, reason):
    with pytest.raises(actions.Invalid) as error:
        resolve(case, support, closing_reason=reason)
    assert error.value.field == "closing_reason"


def test_the_second_of_two_who_close_it_learns_of_the_first(case, support, make_actor, resolve):
    resolve(case, make_actor("supervisor"))
    with pytest.raises(actions.WrongState, match="办结"):
        resolve(case, support)
    assert Event.objects.filter(type="case.resolved").count() == 1


def test_the_form_sent_twice_closes_once(case, support, resolve, new_key):
    key = new_key()
    assert resolve(case, support, key=key) == resolve(case, support, key=key)
    assert Event.objects.filter(type="case.resolved").count() == 1
    assert Entry.objects.filter(topic="case.resolved", recipient="guest@example.org").count() == 1


def test_it_can_end_a_wait_for_the_customer(case, support, new_key, resolve):
    actions.ask_consumer(case, actor=support, body="?", submission_key=new_key())
    resolve(case, support)
    assert case.status == "resolved"


def test_the_trail_holds_the_reason_and_the_words_as_a_commitment(case, support, resolve):
    resolve(case, support)
    event = Event.objects.get(type="case.resolved")
    told = json.loads(event.text)
    assert told["after"]["closing_reason"] == "refund_agreed"
    assert (told["before"]["status"], told["after"]["status"]) == ("new", "resolved")
    assert "这是结果" not in event.text
