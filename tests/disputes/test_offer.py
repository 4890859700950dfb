"""The merchant offers a refund; the customer accepts or declines it."""

import json
import uuid

import pytest
from django.db import IntegrityError, transaction

from disputes import actions, clocks
from disputes.models import Offer
from portal.audit.models import Event
from receipts.models import Payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer(case, shop):
    def make(minor: int = 3000, body: str = "鱼退一半。", **values):
        values = {"submission_key": uuid.uuid4(), "actor": shop.manager} | values
        return actions.offer_refund(case, amount_minor=minor, body=body, **values)

    return make


def test_the_clocks_wait_for_the_customer(clock, pass_time, case, offer):
    pass_time(hours=3)
    offer()
    pass_time(hours=30)
    states = {state.clock: state for state in clocks.of(case)}
    assert states["merchant_settles"].stands_still
    assert states["merchant_settles"].used.total_seconds() == 3 * 3600
    assert states["merchant_first_reply"].is_over  # an offer is a word to the customer
    assert (case.status, case.due_at, case.offered_minor) == ("waiting_consumer", None, 3000)


def test_accepted_it_ends_the_case_with_the_amount(case, offer, consumer_of):
    offer()
    actions.accept_offer(case, actor=consumer_of(case), amount_minor=3000)
    assert (case.status, case.closing_reason) == ("resolved", "offer_accepted")
    assert (case.agreed_minor, case.offered_minor) == (3000, None)
    assert case.offers.get().answer == "accepted"
    told = json.loads(Event.objects.filter(type="case.offer_accepted").latest("pk").text)
    assert told["after"]["agreed_minor"] == 3000


def test_declined_the_clocks_run_on_where_they_stood(clock, pass_time, case, offer, consumer_of):
    offer()
    pass_time(hours=10)
    actions.decline_offer(case, actor=consumer_of(case), amount_minor=3000)
    pass_time(hours=1)
    assert (case.status, case.offered_minor) == ("working", None)
    assert clocks.current(case).used.total_seconds() == 3600
    assert case.offers.get().answer == "declined"


def test_a_question_in_between_lets_the_offer_stand(case, offer, consumer_of, say):
    offer()
    say(case, consumer_of(case), "另一半呢？")
    assert (case.status, case.offered_minor) == ("working", 3000)
    actions.accept_offer(case, actor=consumer_of(case), amount_minor=3000)
    assert case.status == "resolved"


def test_another_amount_than_the_one_seen_is_not_accepted(case, offer, consumer_of):
    offer(3000)
    offer(500)
    for answer in (actions.accept_offer, actions.decline_offer):
        with pytest.raises(actions.WrongState):
            answer(case, actor=consumer_of(case), amount_minor=3000)
    assert [each.answer for each in case.offers.all()] == ["replaced", "waiting"]


def test_what_was_paid_back_meanwhile_cannot_be_accepted_again(case, offer, consumer_of):
    offer(case.payment.amount_minor)
    Payment.objects.filter(pk=case.payment_id).update(refunded_minor=1, status="partly_refunded")
    with pytest.raises(actions.WrongState):
        actions.accept_offer(case, actor=consumer_of(case), amount_minor=case.payment.amount_minor)
    assert case.is_open


@pytest.mark.parametrize("minor", [0, -1, True, 10**12, None])
def test_it_wants_an_amount_that_can_go_back(case, offer, minor):
    with pytest.raises(actions.Invalid) as refused:
        offer(minor)
    assert refused.value.field == "amount"
    assert not Offer.objects.exists()


@pytest.mark.parametrize("end", ["escalate", "withdraw"])
def test_it_lapses_when_the_case_goes_elsewhere(case, offer, consumer_of, end):
    offer()
    getattr(actions, end)(case, actor=consumer_of(case))
    assert case.offered_minor is None
    assert case.offers.get().answer == "lapsed"


def test_the_form_sent_twice_is_one_offer(case, offer):
    key = uuid.uuid4()
    assert offer(submission_key=key) == offer(submission_key=key)
    assert case.offers.count() == 1


def test_the_database_holds_one_offer_at_a_time(case, offer, shop, say):
    offer()
    other = say(case, shop.manager)
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.create(case=case, message=other, amount_minor=1)


@pytest.mark.parametrize(("typed", "agreed"), [(None, None), (1200, 1200)])
def test_a_merchant_agrees_to_all_or_to_a_part(case, shop, typed, agreed):
    actions.resolve(
        case,
        actor=shop.manager,
        body="退。",
        closing_reason="refund_agreed",
        root_cause="goods_or_service",
        submission_key=uuid.uuid4(),
        agreed_minor=typed,
    )
    assert case.agreed_minor == (agreed or case.requested_minor)


def test_nobody_agrees_to_more_than_can_go_back(case, shop):
    with pytest.raises(actions.Invalid) as refused:
        actions.resolve(
            case,
            actor=shop.manager,
            body="退。",
            closing_reason="refund_agreed",
            root_cause="goods_or_service",
            submission_key=uuid.uuid4(),
            agreed_minor=case.payment.amount_minor + 1,
        )
    assert refused.value.field == "amount_resolve"
