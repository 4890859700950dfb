"""A refund that the merchant offers, and the customer's answer to it."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from disputes import money_back, offers, words
from disputes.actions.attach import attach
from disputes.actions.step import (
    allowed_step,
    earlier,
    follow,
    message_facts,
    new_key,
    say,
    show,
    take,
)
from disputes.errors import WrongState
from disputes.models import Case, Message, Offer
from disputes.models.message import Audience
from portal import money
from portal.accounts.actor import Actor
from receipts.models import Payment

ACCEPTED = "offer_accepted"  # the reason of closing


@transaction.atomic
def offer_refund(
    case, *, actor: Actor, amount_minor: int, body: str, uploads=(), submission_key: uuid.UUID
) -> Message:
    """Offer to give `amount_minor` (fen) back; clocks stand still until the customer answers. A
    second offer takes the place of one that still waits.
    """
    row, role = take(case, actor, "offer_refund")
    if done := earlier(row, actor, submission_key, event="refund_offered"):
        return done
    step = allowed_step(row, actor, role, "offer_refund")
    payment = _locked_payment(row)
    body = words.clean(body)
    offers.check(amount_minor, payment)
    offers.end(row, Offer.Answer.REPLACED)
    files = attach(row, uploads)
    message = say(
        row,
        actor=actor,
        body=body,
        audience=Audience.ALL,
        event=step.event,
        uploads=files,
        submission_key=submission_key,
    )
    Offer.objects.create(case=row, message=message, amount_minor=amount_minor)
    row.offered_minor = amount_minor
    follow(
        row,
        step,
        actor=actor,
        key=submission_key.hex,
        facts={**message_facts(message, files), "offered_minor": amount_minor},
        personal={"body": body},
        detail=money.text(amount_minor, payment.currency),
    )
    show(case, row)
    return message


@transaction.atomic
def accept_offer(case, *, actor: Actor, amount_minor: int) -> None:
    """The customer takes it: the case ends, and so much is agreed. `amount_minor` is what the
    customer has seen; another offer meanwhile is not accepted with it."""
    row, role = take(case, actor, "accept_offer")
    step = allowed_step(row, actor, role, "accept_offer")
    _same(row, amount_minor)
    payment = _locked_payment(row)
    most = money_back.left_minor(payment)
    if amount_minor > most:
        raise WrongState(
            _("这笔消费现在最多可退 %(most)s，请商户重新提出。")
            % {"most": money.text(most, payment.currency)}
        )
    offers.end(row, Offer.Answer.ACCEPTED)
    row.agreed_minor, row.closing_reason = amount_minor, ACCEPTED
    follow(
        row,
        step,
        actor=actor,
        key=new_key(),
        facts={"agreed_minor": amount_minor, "closing_reason": ACCEPTED},
        detail=money.text(amount_minor, payment.currency),
    )
    show(case, row)


@transaction.atomic
def decline_offer(case, *, actor: Actor, amount_minor: int) -> None:
    """The customer does not: the clocks run on where they stood."""
    row, role = take(case, actor, "decline_offer")
    step = allowed_step(row, actor, role, "decline_offer")
    _same(row, amount_minor)
    payment = _locked_payment(row)
    offers.end(row, Offer.Answer.DECLINED)
    follow(
        row,
        step,
        actor=actor,
        key=new_key(),
        facts={"declined_minor": amount_minor},
        detail=money.text(amount_minor, payment.currency),
    )
    show(case, row)


def _same(row: Case, amount_minor: int) -> None:
    if row.offered_minor != amount_minor:
        raise WrongState(_("商户刚刚换了金额，请看过再决定。"))


def _locked_payment(row: Case) -> Payment:
    return Payment.objects.select_for_update(of=("self",)).get(pk=row.payment_id)
