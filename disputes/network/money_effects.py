"""What a step does to the money of its payment, through the one book of all that goes back.

A chargeback takes the money at once and may bring it back: it is reserved while it is fought over,
done once it is borne, released once it is won. Of a chargeback that comes after a refund only what
had not gone back yet fits into the book; the rest is money given twice, and is to be contested.
"""

from disputes import money_back
from disputes.models import MoneyBack, NetworkDispute, NetworkStep
from disputes.policy import network as rules

Kind = MoneyBack.Kind


def left(row: NetworkDispute) -> int:
    """Fen of the (locked) payment that have not gone back, whichever way."""
    return money_back.left_minor(row.payment) if row.payment else 0


def follow(row: NetworkDispute, step: NetworkStep) -> None:
    """In the transaction of the step, payment and track locked. Raises what the book does."""
    EFFECTS[rules.money_of(row, step.code)](row, step)


def _nothing(_row: NetworkDispute, _step: NetworkStep) -> None:
    pass


def _adjusts(row: NetworkDispute, step: NetworkStep) -> None:
    _gone(row, Kind.ADJUSTMENT, step.amount_minor or 0, _key(row, "adjustment"))


def _refunds(row: NetworkDispute, step: NetworkStep) -> None:
    _gone(row, Kind.REFUND, step.amount_minor or 0, _key(row, f"manual-{step.pk}"))


def _takes(row: NetworkDispute, step: NetworkStep) -> None:
    if fits := min(step.amount_minor or 0, left(row)):
        money_back.reserve(
            row.case, Kind.CHARGEBACK, fits, key=_key(row, "chargeback"), payment=row.payment
        )


def _returns(row: NetworkDispute, _step: NetworkStep) -> None:
    if reserved(row):
        money_back.release(_key(row, "chargeback"))


def reserved(row: NetworkDispute) -> MoneyBack | None:
    """What of the chargeback stands in the book."""
    return MoneyBack.objects.filter(key=_key(row, "chargeback")).first()


def borne_minor(row: NetworkDispute) -> int:
    """Fen of a lost chargeback that the book bears; the rest of `lost_minor` had gone back to the
    card another way, and is to be recovered with the proof of that."""
    keys = (_key(row, "chargeback"), _key(row, "lost"))
    done = MoneyBack.objects.filter(key__in=keys, state=MoneyBack.State.DONE)
    return sum(done.values_list("amount_minor", flat=True))


def _bears(row: NetworkDispute, _step: NetworkStep) -> None:
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


EFFECTS = {
    rules.Money.NOTHING: _nothing,
    rules.Money.ADJUSTS: _adjusts,
    rules.Money.REFUNDS: _refunds,
    rules.Money.TAKES: _takes,
    rules.Money.RETURNS: _returns,
    rules.Money.BEARS: _bears,
}
