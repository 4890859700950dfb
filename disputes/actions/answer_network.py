"""What we send the card network: an answer, a file of evidence, money given back, or nothing more
against a chargeback."""

from django.db import transaction

from disputes import words
from disputes.actions.receive_network import begin
from disputes.errors import Invalid, NotAllowed
from disputes.models import NetworkDispute, NetworkStep
from disputes.models.network import LONGEST_TEXT
from disputes.network import evidence, track
from disputes.policy import network as rules
from portal.accounts.actor import Actor
from receipts.models import Payment


@transaction.atomic
def answer_network(
    dispute: NetworkDispute,
    *,
    actor: Actor,
    code: str,
    text: str = "",
    amount_minor: int | None = None,
    chosen: tuple[str, ...] = (),
) -> NetworkStep:
    """One of `rules.OUTGOING`. `chosen`: the keys of the pieces of evidence (network.evidence)
    that go with it; what is sent is kept as it was sent and never sent again.

    Raises NotAllowed, WrongState with the guard that speaks against it, Invalid for a field.
    """
    if code not in rules.OUTGOING:
        raise NotAllowed()
    row = track.take(dispute, actor, code)
    step = _answer(row, code, actor, text, amount_minor, chosen)
    track.show(dispute, row)
    return step


@transaction.atomic
def give_back(
    payment: Payment, *, actor: Actor, code: str, amount_minor: int | None, text: str
) -> NetworkStep:
    """A credit adjustment or a manual refund of our own will, also where the network has not
    written yet: the track begins with it."""
    if code not in {"E32", "E74"}:
        raise NotAllowed()
    track.check_role(actor, code)
    locked = Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    found = NetworkDispute.objects.filter(payment=locked).only("pk").first()
    row = track.locked(found.pk) if found else begin(locked, actor)
    return _answer(row, code, actor, text, amount_minor, ())


def _answer(row, code: str, actor: Actor, text: str, amount_minor, chosen) -> NetworkStep:
    asks = rules.STEPS[code].asks
    text = words.one_form(text) if rules.TEXT in asks else ""
    if len(text) > LONGEST_TEXT:
        words.clean(text, "text", LONGEST_TEXT)  # says how many there are
    amount = amount_minor if rules.AMOUNT in asks else None
    if rules.AMOUNT in asks and type(amount) is not int:
        raise Invalid("amount", str(rules.GUARDS["within what is left"].why))
    bare = track.facts_of(row, amount_minor=amount, text=text)
    if row.state not in rules.STEPS[code].states or rules.shut_by(row, code, bare):
        track.follow(row, code, bare, actor=actor)  # raises with what speaks against it
    parcel = evidence.pack(row, code, chosen) if rules.FILE in asks else None
    facts = track.facts_of(
        row, amount_minor=amount, text=text, file_size=parcel.size if parcel else None
    )
    step = track.follow(row, code, facts, actor=actor)
    if parcel is not None and parcel.size:
        evidence.keep(step, parcel, actor=actor)
    return step
