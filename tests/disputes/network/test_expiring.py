"""A proposal that the rules have shut ends by itself: its day has passed, or the network was
quicker."""

from datetime import timedelta

import pytest

from disputes import actions
from disputes.desk import history
from disputes.models import Case, InAppNotice, NetworkDispute, PolicyVersion, Refund
from disputes.network import expiring
from disputes.refunds import words
from disputes.tasks import sweep_network
from portal.audit.models import Event
from portal.outbox.models import Entry
from portal.site.audit.sentences import TOPICS
from tests.disputes.refunding import approve, propose
from tests.pages import text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_alone(db, credit):
    """The policy in force lets no supervisor go alone."""
    version = PolicyVersion.objects.order_by("-number")[0]
    limits = version.refund_limits | {"supervisor": 0}
    PolicyVersion.objects.filter(pk=version.pk).update(refund_limits=limits)


@pytest.fixture
def proposal(credit, receive, answer) -> Refund:
    """To accept a chargeback."""
    receive(credit, "E00")
    answer(NetworkDispute.objects.get(), "E02")
    return answer(receive(credit, "E23", amount_minor=20_000), "accepted")


def give(payment, actor, code="E32") -> Refund:
    return actions.give_back(payment, actor=actor, code=code, amount_minor=100, text="自愿退。")


def told(refund) -> list[str]:
    mine = InAppNotice.objects.filter(user=refund.proposed_by, what="network_expired")
    return list(mine.values_list("case__number", flat=True))


@pytest.mark.parametrize("sweeps", [1, 3])
def test_its_last_day_passes(clock, proposal, sweeps):
    track = proposal.dispute
    clock.move_to(track.due_at.timestamp())
    sweep_network()
    proposal.refresh_from_db()
    assert (proposal.state, told(proposal)) == ("proposed", [])
    clock.move_to((track.due_at + timedelta(seconds=1)).timestamp())
    for _again in range(sweeps):
        sweep_network()
    proposal.refresh_from_db()
    case = Case.objects.get(pk=proposal.case_id)
    assert (proposal.state, proposal.ended_why, case.refund_waits) == ("withdrawn", "too_late", "")
    assert NetworkDispute.objects.get().state == "lost"
    (event,) = Event.objects.filter(type="case.network_expired")
    assert (event.subject, event.actor) == (case.subject, "system:clocks")
    assert told(proposal) == [case.number]
    mails = Entry.objects.filter(topic="case.network_expired")
    assert [mail.recipient for mail in mails] == [proposal.proposed_by.email]
    assert str(words.state(proposal, words.STAFF)) == "时限已过，没有等到批准，提案作废"
    assert words.why(proposal) == ""


def test_it_ends_also_where_the_deadline_was_not_swept_yet(clock, proposal):
    clock.move_to((proposal.dispute.due_at + timedelta(seconds=1)).timestamp())
    assert expiring.sweep() == 1
    proposal.refresh_from_db()
    assert (proposal.state, proposal.ended_why) == ("withdrawn", "too_late")


def test_a_chargeback_is_quicker_than_the_approval(credit, receive, answer, supervisor, make_actor):
    receive(credit, "E00")
    answer(NetworkDispute.objects.get(), "E02")
    refund = give(credit, supervisor)
    receive(credit, "E23", amount_minor=100)
    with pytest.raises(actions.WrongState):
        approve(Case.objects.get(pk=refund.case_id), make_actor("supervisor"))
    assert expiring.sweep() == 1
    refund.refresh_from_db()
    assert (refund.state, refund.ended_why, told(refund)) == (
        "withdrawn",
        "shut",
        [refund.case.number],
    )


@pytest.mark.parametrize("code", ["E32", "E74"])
def test_a_missed_inquiry_shuts_nothing_that_we_give(clock, credit, receive, supervisor, code):
    track = receive(credit, "E00")
    refund = give(credit, supervisor, code)
    clock.move_to((track.due_at + timedelta(seconds=1)).timestamp())
    sweep_network()
    refund.refresh_from_db()
    assert (refund.state, NetworkDispute.objects.get().state) == ("proposed", "inquiry_missed")


def test_a_refund_of_no_network_waits_on(clock, case, shop, make_actor):
    refund = propose(case, shop.manager)
    clock.move_to((refund.proposed_at + timedelta(days=40)).timestamp())
    sweep_network()
    refund.refresh_from_db()
    assert refund.state == "proposed"


def test_one_of_a_locked_case_is_left_alone(clock, proposal, caplog):
    at = proposal.proposed_at
    case = Case.objects.filter(pk=proposal.case_id)
    closed = {"status": "resolved", "closing_reason": "other", "closed_at": at}
    case.update(**closed, locked_at=at, locked_until=at + timedelta(days=999))
    clock.move_to((proposal.dispute.due_at + timedelta(seconds=1)).timestamp())
    assert expiring.sweep() == 0
    proposal.refresh_from_db()
    assert proposal.state == "proposed"
    assert caplog.records == []


def test_another_can_be_proposed_afterwards(credit, receive, answer, supervisor):
    receive(credit, "E00")
    answer(NetworkDispute.objects.get(), "E02")
    give(credit, supervisor)
    receive(credit, "E23", amount_minor=100)
    expiring.sweep()
    again = answer(NetworkDispute.objects.get(), "accepted")
    assert (again.state, again.number[-2:]) == ("proposed", "-2")


def test_whoever_proposed_it_hears_that_it_is_refused(proposal, make_actor):
    other = make_actor("supervisor")
    actions.refuse_refund(proposal.case, actor=other, reason="先再请款。")
    told = InAppNotice.objects.filter(what="network_refused")
    assert told.get().user == proposal.proposed_by


def test_its_events_do_not_read_as_a_refund(client, sign_in, proposal, supervisor, make_actor):
    """Proposed, withdrawn, refused, approved: on the case, in the trail and in the mail."""
    actions.withdraw_proposal(proposal.case, actor=supervisor)
    case, track = Case.objects.get(pk=proposal.case_id), NetworkDispute.objects.get()

    def again():
        values = {"actor": supervisor, "code": "accepted", "text": "不争了。"}
        return actions.propose_network(track, **values)

    again()
    actions.refuse_refund(case, actor=make_actor("supervisor"), reason="先再请款。")
    again()
    approve(case, make_actor("supervisor"))
    kinds = [
        *("network_proposed", "network_withdrawn", "network_proposed", "network_refused"),
        *("network_proposed", "network_approved"),
    ]
    events = Event.objects.filter(subject=case.subject, type__startswith="case.network")
    assert list(events.order_by("pk").values_list("type", flat=True)) == [
        f"case.{kind}" for kind in kinds
    ]
    assert not Event.objects.filter(subject=case.subject, type__contains="refund").exists()
    said = {name: str(word) for topic in TOPICS for name, word in topic.types.items()}
    for kind in kinds:
        assert "银联差错" in str(history.WORDS[kind])
        assert "退款" not in str(history.WORDS[kind]) + said[f"case.{kind}"]
    asked = Entry.objects.filter(topic="case.network_asked")
    assert asked.exists()
    assert not any("退款" in mail.payload["subject"] for mail in asked)
    sign_in("supervisor")
    page = text(client.get(f"/desk/cases/{case.number}/"))
    assert "批准银联差错的一步" in page
