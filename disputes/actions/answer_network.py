"""What we send the card network: an answer or a file of evidence. What gives money away is proposed
(disputes.actions.propose_network)."""

from django.db import transaction

from disputes.actions.propose_network import words_of
from disputes.errors import NotAllowed
from disputes.models import NetworkDispute, NetworkStep
from disputes.network import evidence, track
from disputes.policy import network as rules
from portal.accounts.actor import Actor


@transaction.atomic
def answer_network(
    dispute: NetworkDispute,
    *,
    actor: Actor,
    code: str,
    text: str = "",
    chosen: tuple[str, ...] = (),
) -> NetworkStep:
    """One of `rules.OUTGOING` that needs no second person. `chosen`: the keys of the pieces of
    evidence (network.evidence) that go with it; what is sent is kept as it was sent and never sent
    again.

    Raises NotAllowed, WrongState with the guard that speaks against it, Invalid for a field.
    """
    if code not in rules.OUTGOING or code in rules.PROPOSED_AS:
        raise NotAllowed()
    row = track.take(dispute, actor, code)
    step = _answer(row, code, actor, text, chosen)
    track.show(dispute, row)
    return step


def _answer(row, code: str, actor: Actor, text: str, chosen) -> NetworkStep:
    text, _no_amount = words_of(code, text, None)
    bare = track.facts_of(row, text=text)
    if row.state not in rules.STEPS[code].states or rules.shut_by(row, code, bare):
        track.follow(row, code, bare, actor=actor)  # raises with what speaks against it
    parcel = evidence.pack(row, code, chosen) if rules.FILE in rules.STEPS[code].asks else None
    facts = track.facts_of(row, text=text, file_size=parcel.size if parcel else None)
    step = track.follow(row, code, facts, actor=actor)
    if parcel is not None and parcel.size:
        evidence.keep(step, parcel, actor=actor)
    return step
