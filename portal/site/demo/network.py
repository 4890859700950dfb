"""What the card network wrote about some payments of the sample month: an inquiry that was
answered, a retrieval whose last day is near, a chargeback to be decided, a message that waits."""

from datetime import datetime, timedelta

from django.db.models import Count
from django.utils import timezone

from disputes import actions, moment
from disputes.models import Case
from disputes.network.incoming import Incoming
from portal.accounts.actor import Actor
from portal.accounts.models import Membership, Role
from receipts.models import Payment


def live(now) -> None:
    """Of payments whose shops have somebody to ask; fewer where there are none."""
    staff = (
        Membership.objects.filter(role=Role.SUPERVISOR)
        .order_by("pk")
        .select_related("user", "organisation")
    )
    actor = Actor.member(staff[0])
    today = timezone.localdate(now)
    payments = _talked_about(now)
    if payments:  # of the shop that the sample's own people sign in to
        asked = payments.pop(0)
        with moment.at(_after(asked, now - timedelta(days=6))):
            last_day = today + timedelta(days=2)
            _came(asked, actor, code="E04", network_ref="S26-0002", due_on=last_day)
    if debit := next((each for each in payments if each.card_kind == "debit"), None):
        with moment.at(_after(debit, now - timedelta(days=2))):
            step = _came(debit, actor, code="E00", reason_code="2301", network_ref="S26-0001")
        with moment.at(now - timedelta(hours=26)):
            actions.answer_network(
                step.dispute, actor=actor, code="E02", text="交易成功，凭芯片和密码完成，已结算。"
            )
    if credit := next((each for each in payments if each.card_kind == "credit"), None):
        _charged_back(credit, actor, now)
    if quiet := _nobody_asked(now):  # the track gets a case of its own
        with moment.at(now - timedelta(hours=20)):
            _came(quiet, actor, code="E00", reason_code="2301", network_ref="S26-0005")
    unknown = Incoming(
        code="E00", rrn="909900990099", on=today - timedelta(days=1), network_ref="S26-0004"
    )
    actions.enter_network_message(unknown, actor=actor)


def _after(payment: Payment, at: datetime) -> datetime:
    """The network asks about no payment before it was made."""
    return max(at, payment.occurred_at + timedelta(hours=1))


def _talked_about(now: datetime) -> list[Payment]:
    """Card payments of cases, those of the shop with the most people first; none so new that the
    network could not have written and been answered."""
    cases = Case.objects.filter(payment__card_kind__in=["debit", "credit"])
    cases = cases.filter(payment__occurred_at__lt=now - timedelta(hours=36))
    cases = cases.exclude(organisation=None).annotate(people=Count("organisation__memberships"))
    cases = cases.order_by("-people", "-pk")
    found = [case.payment for case in cases.select_related("payment__merchant")]
    return [payment for payment in found if payment is not None]


def _nobody_asked(now: datetime) -> Payment | None:
    """A card payment of the same month of which no case speaks."""
    paid = Payment.objects.filter(status="settled", card_kind="debit", cases=None)
    paid = paid.filter(occurred_at__lt=now - timedelta(hours=36))
    return paid.order_by("-occurred_at", "pk").first()


def _charged_back(payment: Payment, actor: Actor, now) -> None:
    with moment.at(_after(payment, now - timedelta(days=5))):
        step = _came(payment, actor, code="E00", network_ref="S26-0003")
    with moment.at(_after(payment, now - timedelta(days=4)) + timedelta(hours=2)):
        actions.answer_network(
            step.dispute, actor=actor, code="E02", text="交易成功，商户正在找签字小票。"
        )
    with moment.at(now - timedelta(days=1)):
        _came(payment, actor, code="E23", reason_code="4502", network_ref="S26-0003")


def _came(payment: Payment, actor: Actor, **said):
    step, _new = actions.receive_network(payment, Incoming(**said), actor=actor)
    return step
