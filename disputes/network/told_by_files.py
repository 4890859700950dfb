"""A settlement file tells of a refund that we gave through the network: from then on it counts in
`Payment.refunded_minor` and not beside it, so that nothing counts twice."""

from uuid import UUID

from django.db import transaction

from disputes import moment, money_back
from disputes.models import MoneyBack, NetworkDispute, Refund
from disputes.network import track
from disputes.refunds import confirming
from portal import audit
from portal.accounts.actor import Actor
from portal.outbox import news
from receipts.models import Reversal

ACTOR = Actor.system("files")
Kind = MoneyBack.Kind


def register() -> None:
    news.subscribe("payment_changed", payment_changed)


def payment_changed(effect_key: str, *, payments: list[str], **_facts) -> None:
    """News from the floor below. Harmless twice."""
    given = NetworkDispute.objects.filter(payment__in=[UUID(each) for each in payments])
    for pk in given.exclude(adjusted_minor=0, manual_minor=0).order_by("pk").values_list("pk"):
        look(pk[0])


@transaction.atomic
def look(pk: int) -> int:
    """How many entries of one track a file has told of by now."""
    row = track.locked(pk)
    if row.payment is None:
        return 0
    entries = MoneyBack.objects.filter(
        payment=row.payment_id,
        key__startswith=f"network:{pk}:",
        kind__in=(Kind.ADJUSTMENT, Kind.REFUND),
        state=MoneyBack.State.DONE,
    )
    told = 0
    for entry in entries.filter(in_files=False).order_by("pk"):
        rows = confirming.unclaimed(row.payment).filter(
            kind=Reversal.Kind.REFUND,
            amount_minor=entry.amount_minor,
            created_at__gte=entry.reserved_at,
        )
        known = entries.filter(in_files=True, amount_minor=entry.amount_minor).count()
        ours = Refund.objects.filter(dispute=pk, amount_minor=entry.amount_minor)
        if rows.count() <= known - ours.filter(reversal__isnull=False).count():
            continue
        money_back.confirm(entry.key, in_files=True)
        _confirm(ours.filter(state=Refund.State.EXECUTED).order_by("pk").first(), rows.first())
        audit.record(
            row.subject,
            "network.told_by_file",
            actor=ACTOR,
            after={"entry": entry.key, "amount_minor": entry.amount_minor},
            at=moment.now(),
        )
        told += 1
    return told


def _confirm(refund: Refund | None, reversal: Reversal | None) -> None:
    """The proposal under which it was given (those of before there were any have none)."""
    if refund is None:
        return
    refund.reversal, refund.state = reversal, Refund.State.CONFIRMED
    refund.confirmed_at = moment.now()
    refund.save(update_fields=["reversal", "state", "confirmed_at"])
