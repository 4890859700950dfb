"""A message of the card network about a payment: inquiry, retrieval, chargeback, outcome."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from disputes import clocks, moment, policy, words
from disputes.errors import Invalid, NotAllowed, WrongState
from disputes.models import NetworkDispute, NetworkStep
from disputes.models.network import LONGEST_TEXT, CardKind
from disputes.network import own_case, track
from disputes.network.incoming import Incoming, moment_of
from disputes.policy import network as rules
from disputes.policy.parties import active_organisation
from portal import audit
from portal.accounts.actor import Actor
from receipts.models import Payment

EARLIEST = timedelta(days=400)  # a message older than that is a slip of the pen


@transaction.atomic
def receive_network(
    payment: Payment, message: Incoming, *, actor: Actor
) -> tuple[NetworkStep, bool]:
    """Write a message of the network into the track of `payment`, which begins with its first one;
    whether it is new. The same message (its number at the network and its code) again is no other.

    Raises NotAllowed, WrongState with the guard that speaks against it, Invalid for a field.
    """
    if message.code not in rules.INCOMING:
        raise NotAllowed()
    track.check_role(actor, message.code)
    if done := _known(payment, message):
        if done.dispute.payment_id != payment.pk:
            raise WrongState(_("这个差错编号已经用在另一笔消费上。"))
        return done, False
    at = _sent(message, payment)
    row = _track_of(payment, message, actor)
    _note_card_kind(row, message)
    facts = track.facts_of(row, amount_minor=_amount(row, message), at=at)
    step = track.follow(
        row,
        message.code,
        facts,
        actor=actor,
        message=track.Message(
            reason_code=words.one_line(message.reason_code, 12),
            network_ref=message.network_ref,
            text=words.one_form(message.text)[:LONGEST_TEXT],
            due_at=clocks.end_of_day(moment_of(message.due_on), 0) if message.due_on else None,
        ),
    )
    return step, True


def _known(payment: Payment, message: Incoming) -> NetworkStep | None:
    """By the network's number; where it gives none, by what was sent about the payment on a day."""
    same = NetworkStep.objects.filter(code=message.code).select_related("dispute")
    if message.network_ref:
        return same.filter(network_ref=message.network_ref).first()
    if message.sent_on is None:
        return None
    day = moment_of(message.sent_on), clocks.end_of_day(moment_of(message.sent_on), 0)
    same = same.filter(dispute__payment=payment, network_ref="", at__range=day)
    if message.amount_minor is not None:
        same = same.filter(amount_minor=message.amount_minor)
    return same.first()


def _sent(message: Incoming, payment: Payment):
    """A message without a day came now; one of an earlier day counts from that day."""
    now = moment.now()
    if message.sent_on is None:
        return now
    today = timezone.localdate(now)
    if not today - EARLIEST <= message.sent_on <= today:
        raise Invalid("sent_on", _("请填银联发出的日期：今天或之前。"))
    if message.sent_on < payment.local_date:
        raise Invalid("sent_on", _("银联不会在消费以前发出，请核对日期。"))
    if message.due_on is not None and message.due_on < message.sent_on:
        raise Invalid("due_on", _("答复期限不能早于发出的日期。"))
    return now if message.sent_on == today else moment_of(message.sent_on)


def _amount(row: NetworkDispute, message: Incoming) -> int | None:
    """Where a message tells no amount, it is about all of the payment."""
    if rules.AMOUNT not in rules.STEPS[message.code].asks:
        return None
    if message.code in {"E25", rules.LOST}:
        return message.amount_minor or row.charged_back_minor
    return message.amount_minor or row.amount_minor


def _track_of(payment: Payment, message: Incoming, actor: Actor) -> NetworkDispute:
    """The payment's track, locked; begun with this message where there is none."""
    locked = Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    found = NetworkDispute.objects.filter(payment=locked).only("pk").first()
    return track.locked(found.pk) if found else begin(locked, actor)


def begin(payment: Payment, actor: Actor) -> NetworkDispute:
    """A new track, in the transaction of its first step, the payment locked."""
    kind = rules.kind_of(payment.card_kind)
    row = NetworkDispute.objects.create(
        payment=payment,
        case=track.case_of(payment.pk) or own_case.open_one(payment, actor),
        merchant=payment.merchant,
        organisation=active_organisation(payment.merchant),
        policy=policy.current_version(),
        card_kind=kind,
        card_kind_from=track.CARD_KIND_FROM_PAYMENT if kind else "",
        currency=payment.currency,
        amount_minor=payment.amount_minor,
        opened_at=moment.now(),
    )
    audit.record(
        row.subject,
        "network.opened",
        actor=actor,
        after={
            **track.seen(row),
            "payment": str(payment.pk),
            "case": row.case.number if row.case else "",
        },
        at=moment.now(),
    )
    return track.locked(row.pk)


def _note_card_kind(row: NetworkDispute, message: Incoming) -> None:
    """The network knows the card; what the payment's own file says is not overruled by it."""
    if row.card_kind == CardKind.UNKNOWN and message.card_kind:
        row.card_kind = CardKind(message.card_kind)
        row.card_kind_from = track.FROM_NETWORK
