"""A proposal, what is written of it, and who hears; before anybody approves."""

import json
import uuid

import pytest

from disputes import actions
from disputes.models import Case, InAppNotice, PolicyVersion, Refund
from disputes.policy import proposals
from portal.accounts.actor import Actor
from portal.audit.models import Event, Opening
from portal.outbox.models import Entry
from tests.disputes.refunding import ALL, approve, propose

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor(make_actor) -> Actor:
    return make_actor("supervisor")


def last(event_type: str) -> tuple[Event, dict]:
    event = Event.objects.filter(type=event_type).latest("pk")
    return event, json.loads(event.text)


def asked(supervisor) -> list[bool]:
    """Of each word to this supervisor about a proposal, whether it waits no longer."""
    found = InAppNotice.objects.filter(what="refund_asked", user=supervisor.user).order_by("pk")
    return [each.read_at is not None for each in found]


def test_sent_twice_it_is_proposed_once(clock, case, shop, supervisor):
    key = uuid.uuid4()
    first = propose(case, shop.manager, submission_key=key)
    assert propose(case, shop.manager, submission_key=key) == first
    assert (Refund.objects.count(), len(asked(supervisor))) == (1, 1)


def test_a_key_of_somebody_else_or_of_another_case_opens_nothing(
    clock, case, shop, support, open_case
):
    key = uuid.uuid4()
    propose(case, shop.manager, submission_key=key)
    other = open_case(payment=case.payment, contact="other@example.org")
    for of, actor in ((case, support), (other, shop.manager)):
        with pytest.raises(actions.Invalid) as error:
            propose(of, actor, submission_key=key)
        assert error.value.field == "submission_key"
    assert Refund.objects.count() == 1


@pytest.mark.parametrize("kind", ["", "gift", "adjusted", "by_hand", "accepted"])
def test_no_kind_that_is_not_proposed_here(case, shop, kind):
    """Neither one that is none, nor a step of the card network, which has its own door."""
    with pytest.raises(actions.Invalid) as error:
        propose(case, shop.manager, kind=kind)
    assert error.value.field == "refund_kind"


@pytest.mark.parametrize("reason", ["", "  ", "字" * 301])
def test_without_a_reason_of_a_length_it_is_not_proposed(case, shop, reason):
    with pytest.raises(actions.Invalid) as error:
        propose(case, shop.manager, reason=reason)
    assert error.value.field == "refund_reason"
    assert not Refund.objects.exists()
    assert propose(case, shop.manager, reason="字" * 300).reason == "字" * 300


def test_without_an_amount_it_is_all_that_is_left(clock, case, shop, supervisor):
    propose(case, shop.manager, 10_000)
    refund = Refund.objects.get()
    actions.note_executed(
        case, actor=_operations(supervisor), refund=refund.number, reference="112300012345"
    )
    assert propose(case, shop.manager, None).amount_minor == ALL - 10_000


def _operations(supervisor) -> Actor:
    """The same institution's; who executes may be anybody there whose role it is."""
    member = supervisor.user.memberships.get()
    member.role = "operations"
    member.save()
    return Actor.member(member)


def test_an_edit_is_a_new_version_in_the_trail_and_the_approvers_hear_anew(
    clock, case, shop, supervisor
):
    read_before = Case.objects.get(pk=case.pk)
    propose(case, shop.manager)
    assert asked(supervisor) == [False]
    refund = actions.edit_refund(
        read_before, actor=shop.manager, version=1, amount_minor=30_000, reason="少退一点。"
    )
    assert read_before.refund_waits == "proposed"
    assert refund == Refund.objects.get()
    refund.refresh_from_db()
    assert (refund.version, refund.amount_minor, refund.reason) == (2, 30_000, "少退一点。")
    event, told = last("case.refund_edited")
    assert (told["before"]["amount_minor"], told["before"]["version"]) == (ALL, 1)
    assert (told["after"]["amount_minor"], told["after"]["version"]) == (30_000, 2)
    assert Opening.objects.get(event=event, field="body").value == "少退一点。"
    assert asked(supervisor) == [True, False]
    mails = Entry.objects.filter(topic="case.refund_asked", recipient=supervisor.user.email)
    assert mails.count() == 2


def test_who_read_an_older_version_edits_nothing(clock, case, shop, supervisor):
    propose(case, shop.manager)
    for amount in (30_000, 20_000):
        given = {"amount_minor": amount, "reason": "少退一点。", "version": 1}
        if amount == 20_000:
            with pytest.raises(actions.WrongState):
                actions.edit_refund(case, actor=shop.manager, **given)
        else:
            actions.edit_refund(case, actor=shop.manager, **given)
    assert Refund.objects.get().amount_minor == 30_000


def test_what_is_withdrawn_says_why_and_is_asked_of_nobody_any_more(clock, case, shop, supervisor):
    propose(case, shop.manager)
    actions.withdraw_proposal(case, actor=shop.manager, reason="客户改了主意")
    assert case.refund_waits == ""
    refund = Refund.objects.get()
    assert (refund.state, refund.ended_why) == ("withdrawn", "客户改了主意")
    assert refund.ended_at is not None
    _event, told = last("case.proposal_withdrawn")
    assert (told["after"]["refund"], told["reason"]) == (refund.number, "客户改了主意")
    assert asked(supervisor) == [True]


def test_whoever_could_approve_it_is_asked_until_somebody_has(clock, case, shop, make_actor):
    """Each supervisor once; nobody whose account rests."""
    first, second, resting = (make_actor("supervisor") for _each in range(3))
    resting.user.is_active = False
    resting.user.save()
    propose(case, shop.manager)
    assert [asked(each) for each in (first, second, resting)] == [[False], [False], []]
    approve(case, first)
    assert [asked(each) for each in (first, second)] == [[True], [True]]


def test_a_supervisor_is_not_asked_about_their_own(clock, case, make_actor):
    first = PolicyVersion.objects.get()
    nothing_alone = first.refund_limits | {"supervisor": 0}
    PolicyVersion.objects.create(number=2, limits=first.limits, refund_limits=nothing_alone)
    own, other = make_actor("supervisor"), make_actor("supervisor")
    propose(case, own)
    assert (asked(own), asked(other)) == ([], [False])


def test_one_that_lapses_with_its_case_is_asked_of_nobody_any_more(
    clock, case, shop, support, supervisor, close
):
    propose(case, shop.manager)
    close(case, support, "reject")
    assert Refund.objects.get().ended_why == "case_closed"
    assert asked(supervisor) == [True]


def test_where_nothing_waits_nobody_is_barred_from_it(case, shop, supervisor):
    for actor in (shop.manager, supervisor):
        for verb in ("edit_refund", "withdraw_proposal", "approve_refund"):
            assert proposals.is_barred(case, actor, verb) is False


def test_whoever_is_no_person_proposes_and_changes_nothing(clock, case, shop):
    """Every version has an author."""
    nobody = Actor("merchant", "key:1", organisation=shop.organisation, role="manager")
    with pytest.raises(actions.NotAllowed):
        propose(case, nobody)
    propose(case, shop.manager)
    with pytest.raises(actions.NotAllowed):
        actions.edit_refund(case, actor=nobody, version=1, amount_minor=30_000, reason="少退。")
    assert Refund.objects.get().version == 1
