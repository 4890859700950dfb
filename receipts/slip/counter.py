"""A slip handed over at the counter: one payment, five minutes, once, and no look-up.

The shop's screen shows the link as a QR. Its token is computed from the row's id and this
installation's key, so that the page can be shown again while only the token's hash is stored.
"""

import base64
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from portal import audit
from portal.accounts.actor import Actor
from portal.gate import links
from portal.gate.models import Link
from portal.gate.tokens import keyed_hash
from receipts.models import CounterCode, Payment

PURPOSE = "payment"
LIFETIME = timedelta(minutes=5)
# How long the customer's browser may see the payment then: as long as after a look-up.
PASS = timedelta(minutes=30)


@dataclass(frozen=True)
class Standing:
    """Where a code is: waiting for the customer, taken, or ended."""

    state: str  # waiting | taken | ended
    address: str = ""

    @classmethod
    def of(cls, code: CounterCode) -> "Standing":
        if code.taken_at:
            return cls("taken")
        if links.find(token := _token(code)) is None:
            return cls("ended")
        return cls("waiting", links.address(token))


@transaction.atomic
def show(payment: Payment, *, actor: Actor) -> CounterCode:
    """A new code; one that was shown before and not taken ends."""
    # One at a time for a payment: of two that are made together, the later one counts.
    Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    now = timezone.now()
    earlier = CounterCode.objects.filter(payment=payment, taken_at=None)
    Link.objects.filter(pk__in=earlier.values("link"), revoked_at=None).update(revoked_at=now)
    code = CounterCode(payment=payment, shown_by=actor.id, shown_at=now)
    code.link = links.make(
        _token(code), PURPOSE, str(payment.pk), lifetime=LIFETIME, single_use=True
    )
    code.save(force_insert=True)
    audit.record(
        f"payment:{payment.pk}",
        "payment.counter_code_shown",
        actor=actor,
        after={"code": str(code.pk)},
        at=now,
    )
    return code


def taken(link: Link) -> None:
    """The customer's browser exchanged it: in the transaction of the exchange."""
    code = CounterCode.objects.filter(link=link, taken_at=None).first()
    if code is None:
        return
    code.taken_at = timezone.now()
    code.save(update_fields=["taken_at"])
    audit.record(
        f"payment:{code.payment_id}",
        "payment.counter_code_taken",
        actor=Actor.consumer(f"payment:{code.payment_id}"),
        after={"code": str(code.pk)},
        at=code.taken_at,
    )


def _token(code: CounterCode) -> str:
    """256 bits that nobody can name without the key."""
    mac = bytes.fromhex(keyed_hash("counter", str(code.pk)))
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def register() -> None:
    links.register(
        PURPOSE,
        lifetime=PASS,
        destination=lambda payment: reverse("receipts:payment", args=[payment]),
        told=taken,
    )
