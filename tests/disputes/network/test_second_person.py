"""Steps of the card network that give money away or give it up: above the limit of one's role by a
second person, by the same proposals as refunds."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from disputes import actions, money_back
from disputes.models import Case, NetworkDispute, NetworkStep, PolicyVersion, Refund
from disputes.policy.network import PROPOSED_AS
from tests.disputes.refunding import approve
from tests.pages import text

pytestmark = pytest.mark.django_db
ALL = 38_650


@pytest.fixture(autouse=True)
def nobody_alone(db, credit):
    """The policy in force lets no supervisor go alone."""
    version = PolicyVersion.objects.order_by("-number")[0]
    limits = version.refund_limits | {"supervisor": 0}
    PolicyVersion.objects.filter(pk=version.pk).update(refund_limits=limits)


@pytest.fixture
def charged_back(credit, receive, answer):
    receive(credit, "E00")
    answer(NetworkDispute.objects.get(), "E02")
    return receive(credit, "E23", amount_minor=20_000)


def give(payment, actor, code="E32", amount=10_000):
    return actions.give_back(payment, actor=actor, code=code, amount_minor=amount, text="自愿退。")


def steps() -> list[str]:
    return list(NetworkStep.objects.order_by("pk").values_list("code", flat=True))


@pytest.mark.parametrize(("code", "state"), [("E32", "adjusted"), ("E74", "begun")])
def test_money_is_given_back_once_another_supervisor_approves(
    credit, supervisor, make_actor, code, state
):
    refund = give(credit, supervisor, code)
    case = Case.objects.get(pk=refund.case_id)
    assert (refund.state, case.refund_waits, steps()) == ("proposed", "network", [])
    assert money_back.left_minor(credit) == ALL
    with pytest.raises(actions.WrongState):
        give(credit, supervisor, code)
    with pytest.raises(actions.NotAllowed):
        approve(case, supervisor)
    with pytest.raises(actions.Invalid):
        approve(case, make_actor("supervisor"), proved_at=timezone.now() - timedelta(minutes=6))
    with pytest.raises(actions.WrongState):
        approve(case, make_actor("supervisor"), amount_minor=9_999)
    approve(case, make_actor("supervisor"))
    refund.refresh_from_db()
    case.refresh_from_db()
    assert (steps(), refund.state, case.refund_waits) == ([code], "executed", "")
    assert (refund.dispute.state, money_back.left_minor(credit)) == (state, ALL - 10_000)


def test_a_chargeback_is_accepted_by_two(charged_back, answer, supervisor, make_actor):
    refund = answer(charged_back, "accepted")
    assert (refund.state, refund.amount_minor) == ("proposed", 20_000)
    assert NetworkDispute.objects.get().state == "charged_back"
    approve(refund.case, make_actor("supervisor"))
    track = NetworkDispute.objects.get()
    refund.refresh_from_db()
    assert (track.state, track.lost_minor, refund.state) == ("lost", 20_000, "confirmed")


def test_what_the_rules_shut_meanwhile_is_not_approved(
    clock, charged_back, answer, supervisor, make_actor
):
    refund = answer(charged_back, "accepted")
    clock.move_to((charged_back.due_at + timedelta(seconds=1)).timestamp())
    with pytest.raises(actions.WrongState):
        approve(refund.case, make_actor("supervisor"))
    refund.refresh_from_db()
    assert (refund.state, NetworkDispute.objects.get().state) == ("proposed", "charged_back")
    actions.withdraw_proposal(refund.case, actor=supervisor)
    assert Case.objects.get(pk=refund.case_id).refund_waits == ""


def test_it_waits_whatever_its_case_came_to(case, receive, supervisor, make_actor, close):
    receive(case.payment, "E00")
    refund = give(case.payment, supervisor, "E74")
    close(case, supervisor)
    case.refresh_from_db()
    assert case.refund_waits == "network"
    approve(case, make_actor("supervisor"))
    refund.refresh_from_db()
    assert refund.state == "executed"


@pytest.mark.parametrize("code", PROPOSED_AS)
def test_the_database_takes_no_step_that_nobody_approved(charged_back, code):
    step = NetworkStep(
        dispute=charged_back,
        code=code,
        at=timezone.now(),
        entered_at=timezone.now(),
        amount_minor=None if code == "accepted" else 1,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        step.save()


def test_the_page_proposes_and_the_case_approves(client, sign_in, credit, receive, totp):
    def prove():
        client.post("/account/2fa/reauthenticate/", {"code": totp()})

    track = receive(credit, "E00")
    sign_in("supervisor")
    here = f"/desk/network/{track.public_id}/"
    assert "要另一位主管批准，批准以后才发出" in text(client.get(here))
    form = {"do": "E74", "amount": "100.00", "text": "自愿退。"}
    assert client.post(f"{here}act/", form | {"amount": "386.51"}).status_code == 422
    assert client.post(f"{here}act/", form).status_code == 302
    page = text(client.get(here))
    assert "提出了手工退货 ¥100.00，等另一位主管批准" in page
    assert "有一笔退款还没有办完" in page
    sign_in("supervisor")
    prove()
    refund = Refund.objects.get()
    case = f"/desk/cases/{refund.case.number}/"
    assert "批准手工退货 ¥100.00" in text(client.get(case))
    step = {"verb": "approve_refund", "amount_minor": 10_000, "version": 1}
    assert client.post(f"{case}act/", step).status_code == 302
    assert steps() == ["E00", "E74"]
