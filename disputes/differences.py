"""Where the files and our book of refunds differ: what files tell that we did not do, and what
counts as gone back beyond what was captured. Somebody looks into each and settles it with a reason;
it comes back when it is another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disputes import money_back
from disputes.models import Case, MoneyBack, Refund, SettledDifference
from receipts.models import Payment, Reversal

State = Refund.State
MOVED = (State.APPROVED, State.SENT, State.UNKNOWN, State.EXECUTED, State.CONFIRMED)
AGAIN, AMOUNT, OTHER, OVER = "again", "amount", "other", "over"
WORDS: dict[str, str | Promise] = {
    AGAIN: _("文件里又有一笔同样的退款，请核实有没有退两次"),
    AMOUNT: _("文件里的金额和我们退的不一样"),
    OTHER: _("文件里多出一笔，不是从这里退的"),
    OVER: _("文件里已退的加上正在退的超过了消费"),
}
PIECE = 200


@dataclass(frozen=True)
class Difference:
    """`amount_minor`: fen of what the file tells, or of what is too much."""

    key: str
    why: str
    case: Case
    refund: str  # its number, "" for one of the network
    what: str | Promise
    amount_minor: int
    currency: str
    since: datetime

    @property
    def words(self) -> str | Promise:
        return WORDS[self.why]

    def is_as(self, settled: SettledDifference | None) -> bool:
        return settled is not None and (settled.why, settled.amount_minor) == (
            self.why,
            self.amount_minor,
        )


def open_ones(cases, most: int) -> list[Difference]:
    """Of these cases, those that nobody has settled as they are now; at most so many."""
    found = (_not_ours(cases), _too_much(cases))
    return [each for some in found for each in islice(_unsettled(some), most)]


def find(cases, key: str) -> Difference | None:
    """As it is now, settled or not; None where it is none any more."""
    kind, _colon, number = key.partition(":")
    if kind == "reversal" and number.isdecimal() and len(number) < 18:
        return next(_not_ours(cases, Q(pk=int(number))), None)
    if kind == OVER and _is_uuid(number):
        return next(_too_much(cases, Q(payment=number)), None)
    return None


def last_settled(keys: Iterable[str]) -> dict[str, SettledDifference]:
    """key → how it was settled last."""
    rows = SettledDifference.objects.filter(key__in=list(keys)).order_by("pk")
    return {row.key: row for row in rows}


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _unsettled(found: Iterator[Difference]) -> Iterator[Difference]:
    while piece := list(islice(found, PIECE)):
        settled = last_settled(each.key for each in piece)
        yield from (each for each in piece if not each.is_as(settled.get(each.key)))


def _not_ours(cases, only: Q = Q()) -> Iterator[Difference]:  # noqa: B008  a Q never changes
    """Files tell of a refund, on a payment of which we let something go, that confirms none of
    ours: of another amount, a second one, or made elsewhere."""
    ours = Refund.objects.filter(
        payment=OuterRef("payment"), state__in=MOVED, approved_at__lte=OuterRef("created_at")
    )
    rows = Reversal.objects.filter(only, Exists(ours), refund=None).select_related("payment")
    told = rows.order_by("created_at", "pk").iterator(PIECE)
    while piece := list(islice(told, PIECE)):
        refunds: dict[UUID, list[Refund]] = defaultdict(list)
        of_these = Refund.objects.filter(
            case__in=cases, payment__in={each.payment_id for each in piece}, state__in=MOVED
        )
        for refund in of_these.select_related("case").order_by("pk"):
            refunds[refund.payment_id].append(refund)
        for each in piece:
            if beside := refunds.get(each.payment_id):
                yield _of_a_row(each, beside)


def _of_a_row(row: Reversal, refunds: list[Refund]) -> Difference:
    return Difference(
        key=f"reversal:{row.pk}",
        why=_why(row, refunds),
        case=refunds[-1].case,
        refund=refunds[-1].number,
        what=row.get_kind_display(),
        amount_minor=row.amount_minor,
        currency=row.payment.currency,
        since=row.created_at,
    )


def _why(row: Reversal, refunds: list[Refund]) -> str:
    if any(each.reversal_id and each.amount_minor == row.amount_minor for each in refunds):
        return AGAIN
    if any(each.state != State.CONFIRMED for each in refunds):
        return AMOUNT
    return OTHER


def _told_otherwise(payment: Payment) -> int:
    """In fen: what would count twice of refunds that files tell with another amount. Such a row is
    a difference by itself; too much is only what is left when of the two the larger counts."""
    rows = Reversal.objects.filter(payment=payment, refund=None).values_list(
        "kind", "amount_minor", "created_at"
    )
    left = sorted(rows, key=lambda row: -row[1])
    twice = 0
    waiting = (State.SENT, State.UNKNOWN, State.EXECUTED)  # what has left the house
    ours = Refund.objects.filter(payment=payment, dispute=None, state__in=waiting)
    for refund in ours.order_by("-amount_minor", "pk"):
        for row in left:
            if row[0] == refund.kind and refund.approved_at and row[2] >= refund.approved_at:
                left.remove(row)
                twice += min(row[1], refund.amount_minor)
                break
    return twice


def _too_much(cases, only: Q = Q()) -> Iterator[Difference]:  # noqa: B008  a Q never changes
    """What counts as gone back is more than was captured: files came across what was on its way."""
    entries = MoneyBack.objects.filter(only, case__in=cases, in_files=False)
    entries = entries.exclude(state=MoneyBack.State.RELEASED).select_related("case", "payment")
    seen: set[UUID] = set()
    for entry in entries.filter(payment__refunded_minor__gt=0).order_by("pk").iterator(PIECE):
        payment: Payment = entry.payment
        if payment.pk in seen:
            continue
        seen.add(payment.pk)
        over = money_back.taken_minor(payment) + payment.refunded_minor - payment.amount_minor
        over -= _told_otherwise(payment) if over > 0 else 0
        if over > 0:
            yield Difference(
                key=f"{OVER}:{payment.pk}",
                why=OVER,
                case=entry.case,
                refund="",
                what=entry.get_kind_display(),
                amount_minor=over,
                currency=payment.currency,
                since=entry.changed_at,
            )
