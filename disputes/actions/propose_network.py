"""A step of the card network that gives money away or gives it up (E32, E74, a chargeback that is
accepted): proposed and approved as a refund is, and taken with its approval."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.utils.translation import gettext as _

from disputes import words
from disputes.actions.approve_refund import let_go, proof
from disputes.actions.propose_refund import author, next_number, tell_approvers
from disputes.actions.receive_network import begin
from disputes.actions.step import follow, take
from disputes.errors import Invalid, NotAllowed, WrongState
from disputes.models import NetworkDispute, Refund
from disputes.models.network import LONGEST_TEXT
from disputes.network import track
from disputes.policy import network as rules
from disputes.policy.refunding import PROPOSE_NETWORK
from disputes.refunds import course
from portal.accounts.actor import Actor
from portal.durable import durable
from receipts.models import Payment

State = Refund.State


@durable()
def give_back(
    payment: Payment,
    *,
    actor: Actor,
    code: str,
    amount_minor: int | None,
    text: str,
    proved_at: datetime | None = None,
) -> Refund:
    """A credit adjustment or a manual refund of our own will, also where the network has not
    written yet: the track begins with it. As `propose_network`."""
    if code not in {"E32", "E74"}:
        raise NotAllowed()
    track.check_role(actor, code)
    if (case := track.case_of(payment.pk)) is not None:
        take(case, actor, "approve_refund")  # the case before the payment, as everywhere
    locked = Payment.objects.select_for_update(of=("self",), no_key=True).get(pk=payment.pk)
    found = NetworkDispute.objects.filter(payment=locked).first()
    if found is None and not track.may_give_back(locked, actor):
        raise WrongState(_("这笔消费没有可以经银联退的钱。"))
    found = found or begin(locked, actor)
    return propose_network(
        found, actor=actor, code=code, amount_minor=amount_minor, text=text, proved_at=proved_at
    )


@durable()
def propose_network(
    dispute: NetworkDispute,
    *,
    actor: Actor,
    code: str,
    amount_minor: int | None = None,
    text: str = "",
    proved_at: datetime | None = None,
) -> Refund:
    """Within the limit of the actor's role it is taken at once, the second factor having been
    shown (`proved_at`); above it waits for `approve_refund` by another supervisor.

    Every guard of the step holds now and is asked again then. Raises NotAllowed, WrongState with
    the guard, Invalid("amount" | "text" | "refund_code").
    """
    track.check_role(actor, code)
    known = track.case_of(dispute.payment_id) or dispute.case
    case, role = take(known, actor, "approve_refund")  # whoever may approve one may propose one
    row = track.locked(dispute.pk)
    if row.payment is None or row.case.pk != case.pk:
        raise WrongState(_("案件的状态刚刚变了，请刷新后再看。"))
    text, amount = words_of(code, text, amount_minor)
    facts = track.facts_of(row, amount_minor=amount, text=text)
    if refused := rules.refusals(row, code, facts):
        raise WrongState(" ".join(str(why) for why in refused))
    if not PROPOSE_NETWORK.matches(case, role):
        raise WrongState(_("这笔消费有一笔退款还没有办完，办完再做这一步。"))
    refund = Refund(
        case=case,
        payment=row.payment,
        dispute=row,
        kind=rules.PROPOSED_AS[code],
        amount_minor=row.charged_back_minor if amount is None else amount,
        currency=row.currency,
        reason=text,
    )
    author(refund, actor)
    alone = not refund.needs_second
    if alone:
        proof(proved_at)
    refund.number = next_number(case)
    course.turn(case, refund, State.PROPOSED)
    key = uuid.uuid4().hex
    facts_told = {**course.facts(refund), "limit_minor": refund.limit_minor, "alone": alone}
    follow(case, PROPOSE_NETWORK, actor=actor, key=key, facts=facts_told, personal={"body": text})
    if alone:
        let_go(case, refund, actor, role, proved_at)
    else:
        tell_approvers(case, refund, key)
    dispute.refresh_from_db()
    return refund


def words_of(code: str, text: str, amount_minor: int | None) -> tuple[str, int | None]:
    """What the form of this step has, read. Raises Invalid("amount" | "text")."""
    asks = rules.STEPS[code].asks
    text = words.one_form(text) if rules.TEXT in asks else ""
    if len(text) > LONGEST_TEXT:
        words.clean(text, "text", LONGEST_TEXT)  # says how many there are
    if rules.AMOUNT not in asks:
        return text, None
    if type(amount_minor) is not int:
        raise Invalid("amount", str(rules.GUARDS["within what is left"].why))
    return text, amount_minor
