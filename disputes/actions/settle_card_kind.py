"""Whether the card is a debit or a credit card, where the payment does not say."""

from django.db import transaction
from django.utils.translation import gettext as _

from disputes import moment, words
from disputes.errors import Invalid, NotAllowed, WrongState
from disputes.models import NetworkDispute
from disputes.models.network import CardKind, State
from disputes.network import deadlines, track
from disputes.policy import limits
from disputes.policy import network as rules
from disputes.policy.table import INSTITUTION
from portal import audit
from portal.accounts.actor import Actor

LONGEST = 200


@transaction.atomic
def settle_card_kind(dispute: NetworkDispute, *, actor: Actor, kind: str, how: str) -> None:
    """Say which kind it is, and how one knows (the first six digits asked of the issuer, say).
    Once: what the payment, the network or a colleague has said stays. Where that shows that no
    representment is possible, the negotiation's own limit counts from the chargeback's day.

    Raises Invalid("card_kind" | "how"), WrongState, NotAllowed.
    """
    row = track.locked(dispute.pk)
    if not (actor.is_institution and actor.role in INSTITUTION):
        raise NotAllowed()
    if row.card_kind != CardKind.UNKNOWN:
        raise WrongState(_("卡种已经知道了：%(kind)s。") % {"kind": row.get_card_kind_display()})
    if kind not in {CardKind.DEBIT, CardKind.CREDIT}:
        raise Invalid("card_kind", _("请选借记卡或者贷记卡。"))
    how = words.one_line(how, LONGEST)
    if not how:
        raise Invalid("how", _("请写明是怎么知道的。"))
    before = track.seen(row)
    row.card_kind, row.card_kind_from = CardKind(kind), track.FROM_STAFF
    step = deadlines.open_step(row)
    if row.state == State.CHARGED_BACK and step is not None and not step.due_said:
        clock = rules.clock_of(row, rules.STEPS["E23"])
        if clock == limits.NETWORK_NEGOTIATION:
            row.due_at = deadlines.of(row, clock, step.at)
    row.tell_at = deadlines.next_word(row, step) if step else None
    row.save()
    audit.record(
        row.subject,
        "network.card_kind_settled",
        actor=actor,
        before=before,
        after=track.seen(row),
        reason=how,
        at=moment.now(),
    )
    track.show(dispute, row)
