"""Resolving and rejecting: one verb's rules are the other's, but for the reasons."""

import json
from dataclasses import dataclass

import pytest

from disputes import actions, clocks, policy
from portal.audit.models import Event
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db


@dataclass
class Ending:
    verb: str
    status: str  # also what its event, its line and its messages are called
    reason: str
    foreign: str  # a reason of the other verb's list


@pytest.fixture(
    params=[
        Ending("resolve", "resolved", "refund_agreed", "delivered_as_agreed"),
        Ending("reject", "rejected", "delivered_as_agreed", "refund_agreed"),
    ],
    ids=lambda ending: ending.verb,
)
def ending(request) -> Ending:
    return request.param


@pytest.fixture
def end(ending, new_key):
    def do(case, actor, body="这是结果。", closing_reason=ending.reason, key=None):
        return getattr(actions, ending.verb)(
            case,
            actor=actor,
            body=body,
            closing_reason=closing_reason,
            root_cause="none_found",
            submission_key=key or new_key(),
        )

    return do


def test_it_closes_the_case_with_its_reason_and_stops_every_clock(
    clock, case, support, ending, end
):
    end(case, support)
    case.refresh_from_db()
    assert (case.status, case.closing_reason) == (ending.status, ending.reason)
    assert (case.due_at, case.due_clock) == (None, "")
    assert {s.state for s in clocks.of(case)} == {"stopped"}
    assert policy.closing_label(case)


def test_the_customer_reads_the_outcome_in_the_conversation(case, support, ending, end):
    message = end(case, support)
    told = (message.event, message.audience, message.body)
    assert told == (ending.status, "all", "这是结果。")


def test_a_manager_closes_at_the_merchants_stage_and_the_customer_is_told(case, shop, end):
    Entry.objects.all().delete()
    end(case, shop.manager)
    assert [e.recipient for e in Entry.objects.all()] == ["guest@example.org"]


def test_the_institutions_decision_is_told_to_both(case, shop, support, end):
    Entry.objects.all().delete()
    end(case, support)
    told = {e.recipient for e in Entry.objects.all()}
    assert told == {"guest@example.org", shop.manager.user.email}


def test_a_manager_closes_nothing_that_lies_at_the_institution(at_institution, shop, end):
    with pytest.raises(actions.WrongState, match="转给支付机构"):
        end(at_institution, shop.manager)


def test_a_clerk_closes_nothing(case, shop, end):
    with pytest.raises(actions.NotAllowed):
        end(case, shop.clerk)


@pytest.mark.parametrize("reason", ["", "weather", "foreign"])
def test_it_wants_a_reason_of_its_own_list(case, support, ending, end, reason):
    with pytest.raises(actions.Invalid) as error:
        end(case, support, closing_reason=ending.foreign if reason == "foreign" else reason)
    assert error.value.field == "closing_reason"


def test_the_second_of_two_who_close_it_learns_of_the_first(case, support, make_actor, ending, end):
    end(case, make_actor("supervisor"))
    with pytest.raises(actions.WrongState, match="办结"):
        end(case, support)
    assert Event.objects.filter(type=f"case.{ending.status}").count() == 1


def test_the_form_sent_twice_closes_once(case, support, ending, end, new_key):
    key = new_key()
    assert end(case, support, key=key) == end(case, support, key=key)
    assert Event.objects.filter(type=f"case.{ending.status}").count() == 1
    told = Entry.objects.filter(topic=f"case.{ending.status}", recipient="guest@example.org")
    assert told.count() == 1


def test_it_can_end_a_wait_for_the_customer(case, support, new_key, ending, end):
    actions.ask_consumer(case, actor=support, body="?", submission_key=new_key())
    end(case, support)
    assert case.status == ending.status


def test_the_trail_holds_the_reason_and_the_words_as_a_commitment(case, support, ending, end):
    end(case, support)
    event = Event.objects.get(type=f"case.{ending.status}")
    told = json.loads(event.text)
    assert told["after"]["closing_reason"] == ending.reason
    assert (told["before"]["status"], told["after"]["status"]) == ("new", ending.status)
    assert "这是结果" not in event.text
