"""Random walks by the real verbs, beside the rules told plainly (test_rules.may): what is refused,
what is left of the money, and that nothing is half done."""

import random

import pytest
from django.utils import timezone

from disputes import actions, money_back
from disputes.models import NetworkDispute, NetworkStep
from disputes.models.network import CardKind
from disputes.network import sweep
from disputes.network.incoming import Incoming
from disputes.policy import network as rules
from tests.disputes.network.test_rules import may

pytestmark = [pytest.mark.django_db, pytest.mark.once]
WALKS, STEPS = 6, 14


@pytest.mark.parametrize("seed", range(WALKS))
def test_a_walk(seed, clock, make_payment, shop, supervisor, give_slip):
    rng = random.Random(seed)
    kind = (CardKind.CREDIT, CardKind.DEBIT)[seed % 2]
    payment = make_payment(shop.merchant, card_kind=kind.value, at=None)
    way: list[str] = []
    for _turn in range(STEPS):
        code = rng.choice([*rules.CODES, "missed"])
        track = NetworkDispute.objects.filter(payment=payment).first()
        if code == "missed":
            if track and track.due_at:
                clock.move_to(track.due_at.timestamp() + 1)
                sweep.sweep()
                way.append("missed")
            continue
        amount = rng.choice([1, 5_000, 38_650, 38_651])
        left, steps = money_back.left_minor(payment), NetworkStep.objects.count()
        allowed = may(way, kind, code) and _fits(code, amount, left, track)
        try:
            _do(code, payment, track, supervisor, amount, give_slip if allowed else None)
        except actions.Refused:
            assert not allowed, (way, code, amount)
            assert NetworkStep.objects.count() == steps
            assert money_back.left_minor(payment) == left
        else:
            assert allowed, (way, code, amount)
            way.append(code)
        assert 0 <= money_back.left_minor(payment) <= payment.amount_minor
        assert money_back.taken_minor(payment) <= payment.amount_minor


def _fits(code: str, amount: int, left: int, track) -> bool:
    if code in {"E32", "E74"}:
        return amount <= left
    if code == "E23":
        return amount <= 38_650
    if code in {"E25", "lost"}:
        return track is not None and amount <= track.charged_back_minor
    return True


def _do(code, payment, track, actor, amount, give_slip) -> None:
    if code in rules.INCOMING:
        asks = rules.AMOUNT in rules.STEPS[code].asks
        message = Incoming(code, amount_minor=amount if asks else None)
        actions.receive_network(payment, message, actor=actor)
    elif code in {"E32", "E74"}:
        given = {"actor": actor, "amount_minor": amount, "proved_at": timezone.now()}
        actions.give_back(payment, code=code, text="退。", **given)
    elif track is not None and code in rules.PROPOSED_AS:
        given = {"actor": actor, "text": "核实。", "proved_at": timezone.now()}
        actions.propose_network(track, code=code, **given)
    elif track is None:
        raise actions.WrongState("")  # nothing to answer
    else:
        chosen: tuple[str, ...] = ()
        if code in {"E05", "E24"} and give_slip:
            if track.state == "retrieving":
                give_slip(track)
            slip = track.slips.first()
            if slip is None:  # representment needs one of the two proofs
                _issue(payment)
            chosen = ("slip",) if slip is None else (f"signed-{slip.pk}",)
        actions.answer_network(track, actor=actor, code=code, text="核实。", chosen=chosen)


def _issue(payment) -> None:
    from django.core.files.base import ContentFile
    from django.utils import timezone

    from receipts.models import SlipIssue

    if payment.slip_issues.exists():
        return
    issue = SlipIssue(payment=payment, number=1, payment_revision=1, issued_at=timezone.now())
    issue.size, issue.sha256, issue.requested_by = 4, "0" * 64, "system:test"
    issue.file.save("slips/test.pdf", ContentFile(b"%PDF"), save=True)
