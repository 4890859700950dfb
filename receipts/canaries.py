"""Canaries: payments that never were and that nobody can know. Who looks one up is guessing, or
works from a copy of the database.

A canary lies among the real payments, of a real shop, amount and hour, and differs by a moment in
`canary_at` alone. `Payment.objects` leaves it out, so no list, total, export, slip or page has it;
only the look-up asks `Payment.with_canaries`. It bears no number by which a file, a feed or a
reversal could mean it. See docs/decisions/canaries.md.
"""

import random
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid
from receipts.models import Payment
from receipts.models.payment import EntryMode, Status

SUBJECT = "gate:look-up"
MOST = 10_000  # of one call
DAYS = 30
TRIES = 100  # for one canary, before the payments are called too few
_COPIED = (
    "merchant_id",
    "terminal_id",
    "acquirer_code",
    "acquirer_name",
    "kind",
    "amount_minor",
    "currency",
    "card_kind",
    "card_brand",
    "issuer_code",
    "issuer_name",
    "entry_mode",
    "slip_printed",
)


def make(count: int, *, days: int = DAYS, actor: Actor, now: datetime | None = None) -> int:
    """Make `count` canaries among the payments of the last `days` days.

    Raises Invalid where that is no number, or where there are no payments to be like.
    """
    if not 0 < count <= MOST:
        raise Invalid("count", f"1…{MOST:,}")
    now, draw = now or timezone.now(), random.SystemRandom()
    made: list[Payment] = []
    while len(made) < count:
        canary = _one(draw, now, days)
        if canary is None:
            break
        made.append(canary)
    if not made:
        raise Invalid("days", f"no payments in the last {days} days to be like")
    with transaction.atomic():
        Payment.with_canaries.bulk_create(made, batch_size=500)
        audit.record(
            SUBJECT, "canaries_made", actor=actor, after={"count": len(made), "days": days}, at=now
        )
    return len(made)


def remove(before: datetime, *, actor: Actor) -> int:
    """Take away the canaries whose moment of payment lies before `before`; how many."""
    with transaction.atomic():
        removed, _by_model = Payment.with_canaries.filter(
            canary_at__isnull=False, occurred_at__lt=before
        ).delete()
        audit.record(
            SUBJECT,
            "canaries_removed",
            actor=actor,
            after={"count": removed, "before": before.isoformat()},
        )
    return removed


def all_of_them():
    """For the operator of the installation: the only list there is, newest payment first."""
    return (
        Payment.with_canaries.filter(canary_at__isnull=False)
        .select_related("merchant")
        .order_by("-occurred_at", "pk")
    )


# --- one of them ---------------------------------------------------------------------------------


def _one(draw: random.Random, now: datetime, days: int) -> Payment | None:
    """A payment like one that happened, at the moment of day of another of the same shop, with a
    tail drawn by lot; None where nothing fitting was found."""
    for _try in range(TRIES):
        like = _somebody(draw, now, days)
        if like is None:
            return None
        moment = _moment(draw, like, now, days)
        tail = f"{draw.randrange(10_000):04}"
        if moment is None or _is_known(tail, like.amount_minor, moment):
            continue
        return Payment(
            **{name: getattr(like, name) for name in _COPIED},
            **_settlement(like, moment, now),
            local_date=timezone.localdate(moment),
            occurred_at=moment,
            card_tail=tail,
            canary_at=now,
        )
    return None


def _somebody(draw: random.Random, now: datetime, days: int) -> Payment | None:
    """A real payment drawn by lot: one of those with a tail drawn by lot, or the next one that
    anybody has, which `lookup` finds at once however many payments there are."""
    real = Payment.objects.filter(
        occurred_at__gte=now - timedelta(days=days),
        occurred_at__lt=now,
        status__in=[Status.SETTLED, Status.AUTHORISED],
    ).exclude(entry_mode=EntryMode.CODE)
    drawn = f"{draw.randrange(10_000):04}"
    for start in (drawn, "0000"):
        with_tail = real.filter(card_tail__gte=start).order_by("card_tail")
        if tail := with_tail.values_list("card_tail", flat=True).first():
            ids = real.filter(card_tail=tail).values_list("pk", flat=True)[:5_000]
            return Payment.objects.get(pk=draw.choice(list(ids)))
    return None


def _moment(draw: random.Random, like: Payment, now: datetime, days: int) -> datetime | None:
    """Another day, a few minutes off: a shop's hours stay its hours. None for one to come."""
    moved = like.occurred_at + timedelta(
        days=draw.randrange(-3, 4), seconds=draw.randrange(-1800, 1801)
    )
    return moved if now - timedelta(days=days) <= moved < now - timedelta(minutes=5) else None


def _settlement(like: Payment, moment: datetime, now: datetime) -> dict:
    """After as many days as the one it is like; not before that day has come."""
    if like.settled_on is not None:
        day = timezone.localdate(moment) + (like.settled_on - like.local_date)
        if day <= timezone.localdate(now):
            return {"status": Status.SETTLED, "settled_on": day}
    return {"status": Status.AUTHORISED, "settled_on": None}


def _is_known(tail: str, amount_minor: int, moment: datetime) -> bool:
    """Whether somebody who mistypes a minute could mean it, or its cell is so full that the look-up
    would answer nobody there anyway."""
    window = timedelta(minutes=2 * settings.LOOKUP_TOLERANCE_MINUTES + 1)
    around = Payment.with_canaries.filter(
        amount_minor=amount_minor,
        occurred_at__gte=moment - window,
        occurred_at__lte=moment + window,
    )
    if around.filter(card_tail=tail).exists() or around.filter(wallet_tail=tail).exists():
        return True
    return around.order_by()[: settings.LOOKUP_CROWD_LIMIT].count() >= settings.LOOKUP_CROWD_LIMIT
