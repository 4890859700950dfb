"""A payment with a track, and what the network sends about it."""

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from disputes import actions
from disputes.models import NetworkDispute
from disputes.network import evidence
from disputes.network.incoming import Incoming
from disputes.policy.network import PROPOSED_AS
from portal.uploads import receiving


@pytest.fixture
def credit(make_payment, shop, clock):
    return make_payment(shop.merchant, card_kind="credit")


@pytest.fixture
def debit(make_payment, shop, clock):
    return make_payment(shop.merchant, card_kind="debit")


@pytest.fixture
def supervisor(make_actor):
    return make_actor("supervisor")


@pytest.fixture
def receive(support):
    """`receive(payment, "E00", …)`: the track after it."""

    def do(payment, code, **values) -> NetworkDispute:
        step, _new = actions.receive_network(payment, Incoming(code, **values), actor=support)
        return NetworkDispute.objects.get(pk=step.dispute_id)

    return do


@pytest.fixture
def answer(supervisor):
    """`answer(track, "E02", …)` as a supervisor, with words and all that could go with it."""

    def do(track, code, **values):
        values = {"text": "核实无误。", "actor": supervisor} | values
        if code in {"E05", "E24", "E26"} and "chosen" not in values:
            pieces = evidence.draft(NetworkDispute.objects.get(pk=track.pk), code).pieces
            values["chosen"] = tuple(piece.key for piece in pieces if piece.is_chosen)
        if code in PROPOSED_AS:
            values = {"proved_at": timezone.now()} | values
            return actions.propose_network(track, code=code, **values)
        return actions.answer_network(track, code=code, **values)

    return do


@pytest.fixture
def give_slip(shop):
    """The merchant uploads the signed original."""

    def do(track, actor=None):
        held = BytesIO()
        Image.new("RGB", (60, 40), "white").save(held, "PNG")
        file = ContentFile(held.getvalue(), name="signed.png")
        upload = receiving.receive(file, subject=track.subject, actor=actor or shop.manager)
        actions.give_signed_slip(track, actor=actor or shop.manager, uploads=[upload])
        return upload

    return do
