"""A message of the network as it is entered or read from a file, and the payment it means."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from receipts.models import Payment

# An RRN is not unique for ever, and a message may name the day a little off.
NEAR = timedelta(days=1)


@dataclass(frozen=True)
class Incoming:
    """`amount_minor` is what the message is about, `payment_minor` what was paid where it says so
    (a chargeback may be of a part); `on` is the terminal's own day."""

    code: str
    rrn: str = ""
    card_tail: str = ""
    on: date | None = None
    amount_minor: int | None = None
    payment_minor: int | None = None
    merchant_no: str = ""
    network_ref: str = ""
    reason_code: str = ""
    text: str = ""
    card_kind: str = ""  # of disputes.models.network.CardKind
    sent_on: date | None = None
    due_on: date | None = None

    @property
    def paid_minor(self) -> int | None:
        """Without an RRN the amount is what the payment is found by, so it must be all of it."""
        return self.payment_minor or (None if self.rrn else self.amount_minor)

    @property
    def kept(self) -> dict:
        """As NetworkNotice.row keeps it."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(self).items()
            if value not in (None, "")
        }

    @classmethod
    def read(cls, kept: dict) -> Incoming:
        days = {
            name: date.fromisoformat(kept[name])
            for name in ("on", "sent_on", "due_on")
            if kept.get(name)
        }
        return cls(**{**kept, **days})


@dataclass(frozen=True)
class Match:
    """`payment` where it is the only one; `several` where more than one would do, `differs` where
    the reference number is known and something else of the message contradicts it."""

    payment: Payment | None = None
    several: bool = False
    differs: bool = False


def find(message: Incoming) -> Match:
    """By RRN and day; without an RRN by card tail, amount and day. What else the message says
    (merchant, tail, amount) must agree."""
    if message.on is None:
        return Match()
    days = message.on - NEAR, message.on + NEAR
    near = Payment.objects.filter(local_date__range=days).exclude(status="declined")
    if message.rrn:
        near = near.filter(rrn=message.rrn)
    elif message.card_tail and message.paid_minor:
        # The look-up's index; a terminal's own day is never two days from ours.
        first, last = (moment_of(day) for day in (days[0] - NEAR, days[1] + NEAR + NEAR))
        near = near.filter(
            Q(card_tail=message.card_tail) | Q(wallet_tail=message.card_tail),
            amount_minor=message.paid_minor,
            occurred_at__range=(first, last),
        )
    else:
        return Match()
    known = list(near.select_related("merchant").order_by("pk")[:10])
    agree = [payment for payment in known if _agrees(payment, message)]
    best = [payment for payment in agree if payment.local_date == message.on] or agree
    if len(best) == 1:
        return Match(best[0])
    return Match(several=len(best) > 1, differs=bool(message.rrn and known and not agree))


def _agrees(payment: Payment, message: Incoming) -> bool:
    return (
        (not message.card_tail or message.card_tail in {payment.card_tail, payment.wallet_tail})
        and (not message.merchant_no or message.merchant_no == payment.merchant.merchant_no)
        and (not message.paid_minor or message.paid_minor == payment.amount_minor)
        and (message.amount_minor or 0) <= payment.amount_minor
    )


def moment_of(day: date) -> datetime:
    """The first moment of that day here: of a limit in days the day itself does not count."""
    return timezone.make_aware(datetime.combine(day, time.min))
