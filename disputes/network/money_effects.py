"""What a step does to the money of its payment, through the one book of all that goes back.

A chargeback takes the money at once and may bring it back: it is reserved while it is fought over,
done once it is borne, released once it is won. Of a chargeback that comes after a refund only what
had not gone back yet fits into the book; the rest is money given twice, and is to be contested.
"""

from disputes import money_back
from disputes.models import MoneyBack, NetworkDispute, NetworkStep
from disputes.models.network import State
from disputes.policy import network as rules

Kind = MoneyBack.Kind


def left(row: NetworkDispute) -> int:
    """Fen of the (locked) payment that have not gone back, whichever way."""
    return money_back.left_minor(row.payment) if row.payment else 0


def follow(row: NetworkDispute, step: NetworkStep) -> None:
    """In the transaction of the step, payment and track locked. Raises what the book does."""
    if step.code == "E32":
        _gone(row, Kind.ADJUSTMENT, step.amount_minor or 0, _key(row, "adjustment"))
    elif step.code == "E74":
        _gone(row, Kind.REFUND, step.amount_minor or 0, _key(row, f"manual-{step.pk}"))
    elif step.code == "E23":
        if fits := min(step.amount_minor or 0, left(row)):
            money_back.reserve(
                row.case, Kind.CHARGEBACK, fits, key=_key(row, "chargeback"), payment=row.payment
            )
    elif step.code == rules.WON:
        if reserved(row):
            money_back.release(_key(row, "chargeback"))
    elif row.state == State.LOST:
        _lost(row)


def reserved(row: NetworkDispute) -> MoneyBack | None:
    """What of the chargeback stands in the book."""
    return MoneyBack.objects.filter(key=_key(row, "chargeback")).first()


def _lost(row: NetworkDispute) -> None:
    """All of it, or a part: what is reserved keeps its amount, so a part is reserved anew."""
    entry = reserved(row)
    if entry is None or entry.state == MoneyBack.State.RELEASED:
        return
    if row.lost_minor >= entry.amount_minor:
        _done(entry.key)
        return
    money_back.release(entry.key)
    _gone(row, Kind.CHARGEBACK, row.lost_minor, _key(row, "lost"))


def _gone(row: NetworkDispute, kind: str, minor: int, key: str) -> None:
    money_back.reserve(row.case, kind, minor, key=key, payment=row.payment)
    _done(key)


def _done(key: str) -> None:
    money_back.carry_out(key)


def _key(row: NetworkDispute, what: str) -> str:
    return f"network:{row.pk}:{what}"
