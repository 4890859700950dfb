"""What all steps of a track share: take its row under a lock, ask the table, write the step.

row = track.take(dispute, actor, "E02")
track.follow(row, "E02", facts, actor=actor)
"""

from datetime import datetime
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from disputes import moment
from disputes.errors import NotAllowed, WrongState
from disputes.models import Case, NetworkDispute, NetworkStep
from disputes.models.case import Kind
from disputes.models.network import State
from disputes.network import deadlines, money_effects
from disputes.policy import network as rules
from disputes.policy.network import STEPS, Facts, NetworkStepRule
from disputes.policy.table import SYSTEM
from portal import audit
from portal.accounts.actor import Actor
from portal.audit.trail import utc_text
from receipts.models import Payment

CARD_KIND_FROM_PAYMENT, FROM_NETWORK, FROM_STAFF = "payment", "network", "staff"


class Message(NamedTuple):
    """What a message of the network says beside its code and amount."""

    reason_code: str = ""
    network_ref: str = ""
    text: str = ""
    due_at: datetime | None = None  # where it names our last moment itself
    at: datetime | None = None  # when the network sent it; now where it does not say


def role_of(actor: Actor) -> str:
    if actor.kind == "system":
        return SYSTEM
    return actor.role if actor.is_institution else ""


def check_role(actor: Actor, code: str) -> None:
    """Raises NotAllowed unless the table lets this role do it in some state."""
    if role_of(actor) not in STEPS[code].who:
        raise NotAllowed()


def may_give_back(payment: Payment, actor: Actor) -> bool:
    """Whether this person may give back some of it through the card network of our own will: it was
    paid with a card, and something of it is left."""
    gives = role_of(actor) in STEPS["E32"].who
    return gives and not payment.is_by_code and payment.refundable_minor > 0


def take(dispute: NetworkDispute, actor: Actor, code: str) -> NetworkDispute:
    """The track's row and its payment's, locked for this transaction."""
    check_role(actor, code)
    return locked(dispute.pk)


def locked(pk: int) -> NetworkDispute:
    """The payment first, as everything that moves money locks it."""
    known = NetworkDispute.objects.only("payment_id").get(pk=pk)
    if known.payment_id is not None:
        Payment.objects.select_for_update(of=("self",), no_key=True).get(pk=known.payment_id)
    row = (
        NetworkDispute.objects.select_for_update(of=("self",))
        .select_related("policy", "case", "payment", "merchant", "organisation")
        .get(pk=pk)
    )
    row.case = case_of(row.payment_id) or row.case
    if row.case.locked_at or row.case.erased_at:
        raise NotAllowed(_("这个案件的内容已经封存或删除，不能再办理。"))
    return row


def case_of(payment_id) -> Case | None:
    """The newest of this payment that goes on, a customer's before one of the network's own; else
    the newest of all."""
    if payment_id is None:
        return None
    cases = list(Case.objects.filter(payment_id=payment_id).select_related("assignee"))
    return max(cases, key=lambda c: (c.is_open, c.kind != Kind.NETWORK, c.pk), default=None)


def facts_of(
    row: NetworkDispute,
    *,
    amount_minor: int | None = None,
    text: str = "",
    file_size: int | None = None,
    at: datetime | None = None,
) -> Facts:
    """What the guards look at. `at`: when the network sent it, else now."""
    at = at or moment.now()
    return Facts(
        at=at,
        today=timezone.localdate(at),
        on=row.payment.local_date if row.payment else None,
        amount_minor=amount_minor,
        left_minor=money_effects.left(row),
        file_size=file_size,
        text=text,
    )


def follow(
    row: NetworkDispute,
    code: str,
    facts: Facts,
    *,
    actor: Actor,
    message: Message = Message(),  # noqa: B008  a named tuple never changes
) -> NetworkStep:
    """Write the step if every guard of its row holds; the last thing of the verb's transaction
    but what hangs on the step. Raises WrongState with why it may not be."""
    rule = STEPS[code]
    if refused := rules.refusals(row, code, facts):
        raise WrongState(" ".join(str(why) for why in refused))
    before = seen(row)
    due_at, due_said = _due(row, rule, facts, message)
    _count(row, code, facts)
    step = NetworkStep.objects.create(
        dispute=row,
        code=code,
        at=facts.at,
        entered_at=moment.now(),
        amount_minor=facts.amount_minor,
        reason_code=message.reason_code,
        network_ref=message.network_ref,
        text=facts.text or message.text,
        due_at=due_at,
        due_said=due_said,
        by=actor.user,
    )
    _move(row, rule, due_at)
    if code == "E04":
        row.slip_due_at = deadlines.slip_due(row, facts.at, due_at)
    elif not rule.keeps_due:
        row.slip_due_at = None
    _finish(row, step, rule, before, actor=actor)
    return step


def _due(row, rule: NetworkStepRule, facts: Facts, message: Message) -> tuple:
    if not rule.clock:
        return None, False
    if message.due_at is not None:
        return message.due_at, True
    return deadlines.of(row, rules.clock_of(row, rule), facts.at), False


def _count(row: NetworkDispute, code: str, facts: Facts) -> None:
    amount = facts.amount_minor or 0
    if code == "E00":
        row.inquiries += 1
    elif code == "E04":
        row.retrievals += 1
    elif code in {"E23", "E25"}:  # the second may be of a part: no more can be lost then
        row.charged_back_minor = amount
    elif code == "E32":
        row.adjusted_minor = amount
    elif code == "E74":
        row.manual_minor += amount
    elif code == rules.LOST:
        row.lost_minor = amount
    elif code == rules.ACCEPTED:
        row.lost_minor = row.charged_back_minor


def _move(row: NetworkDispute, rule: NetworkStepRule, due_at: datetime | None) -> None:
    if rule.to_state is not None:
        row.state = settled(row, rule.to_state)
    if not rule.keeps_due:
        row.due_at = due_at
    row.closed_at = moment.now() if row.state in rules.CLOSED else None


def settled(row: NetworkDispute, state: State) -> State:
    """An inquiry after an adjustment changes nothing about it."""
    return State.ADJUSTED if row.adjusted_minor and state in rules.NOTHING_OPEN else state


def _finish(row: NetworkDispute, step: NetworkStep, rule: NetworkStepRule, before, *, actor):
    """Save, trail, money and words, in the transaction of the step."""
    money_effects.follow(row, step)
    row.tell_at = deadlines.next_word(row, step)
    row.save()
    audit.record(
        row.subject,
        f"network.{rule.event}",
        actor=actor,
        before=before,
        after={**seen(row), **step_facts(step)},
        personal={"text": step.text} if step.text else None,
        at=moment.now(),
    )
    deadlines.tell_of_step(row, step)


def seen(row: NetworkDispute) -> dict:
    return {"state": str(row.state), "card_kind": str(row.card_kind)}


def step_facts(step: NetworkStep) -> dict:
    known = {
        "step": step.pk,
        "code": step.code,
        "amount_minor": step.amount_minor,
        "reason_code": step.reason_code,
        "network_ref": step.network_ref,
        "due_at": utc_text(step.due_at) if step.due_at else None,
    }
    return {name: value for name, value in known.items() if value not in (None, "")}


def show(dispute: NetworkDispute, row: NetworkDispute) -> None:
    """Let the caller's object tell what the row now holds."""
    for column in NetworkDispute._meta.concrete_fields:
        setattr(dispute, column.attname, getattr(row, column.attname))
