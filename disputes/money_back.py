"""The one door to the book of money that goes back (`MoneyBack`), for refunds, credit adjustments
and lost disputes alike.

    with transaction.atomic():
        money_back.reserve(case, Kind.CHARGEBACK, 12_000, key="dispute:17")
    …
    money_back.hand_over("dispute:17")   # it leaves the house: looked at once more
    money_back.confirm("dispute:17")     # it came about
    money_back.carry_out("dispute:17")   # both at once: who executes it says that it is done
    money_back.release("dispute:17")     # or it did not

Each is called inside the caller's transaction, under the lock on the caller's case, and locks the
payment after it; each is harmless twice. A reservation does not change its amount: release it
and reserve another under a new key.

What excludes what is held here and by the database (shared facts of the network's rules): a credit
adjustment and a chargeback exclude each other on one payment, and so do a refund of ours and an
adjustment. A refund and a chargeback do not: together they must fit into what was captured, so a
chargeback that comes after a full refund cannot be reserved, and is to be contested. What else the
network asks (inquiries, deadlines, debit against credit) is not the book's to know.
"""

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery, Sum
from django.utils.translation import gettext as _

from disputes import moment
from disputes.errors import Invalid, WrongState
from disputes.models import Case, MoneyBack
from portal import compiled_writes, money
from portal.compiled import Compiled, Later
from receipts.models import Payment
from receipts.models.payment import Status

Kind, State = MoneyBack.Kind, MoneyBack.State

EXCLUDES = {
    Kind.ADJUSTMENT: (Kind.CHARGEBACK, Kind.REFUND, Kind.VOID),
    Kind.CHARGEBACK: (Kind.ADJUSTMENT,),
    Kind.REFUND: (Kind.ADJUSTMENT,),
    Kind.VOID: (Kind.ADJUSTMENT,),
}
CAPTURED = (Status.SETTLED, Status.PARTLY_REFUNDED, Status.REFUNDED)


class _Book(Compiled):
    """What the book has of one payment, and the entry of a key that somebody is about to use."""

    def all_of(self, payment: Payment, key: str = "") -> list[MoneyBack]:
        return list(self.queryset(payment=payment.pk, key=key))


_key = Later("key", MoneyBack._meta.get_field("key"))
_book = _Book(
    lambda: MoneyBack.objects.filter(
        Q(payment=Later("payment", Payment._meta.pk)) | Q(key=_key)
    ).order_by("pk")
)
_payment_of = Compiled(lambda: MoneyBack.objects.filter(key=_key).values_list("payment"))
_payment = Compiled(
    lambda: Payment.objects.select_for_update(of=("self",), no_key=True).filter(
        pk=Later("pk", Payment._meta.pk)
    )
)


def _taken(book: list[MoneyBack]) -> int:
    """Fen."""
    counts = (each for each in book if not each.in_files and each.state != State.RELEASED)
    return sum(each.amount_minor for each in counts)


class Excluded(WrongState):
    """Something else goes back of this payment, and the two exclude each other."""


def reserve(
    case: Case, kind: str, amount_minor: int, *, key: str, payment: Payment | None = None
) -> MoneyBack:
    """Set `amount_minor` fen of the case's payment (or of `payment`) aside.

    Raises Invalid("amount") where so much is not left, Excluded; WrongState for a key that names
    something else or has been released.
    """
    row = _locked(payment.pk if payment else case.payment_id)
    book = _book.all_of(row, key)
    found = next((each for each in book if each.key == key), None)
    if found is not None:
        if (found.case_id, found.payment_id, found.kind, found.amount_minor) != (
            case.pk,
            row.pk,
            kind,
            amount_minor,
        ) or found.state == State.RELEASED:
            raise WrongState(_("这一笔已经登记过，内容不一样。"))
        return found
    _check(row, kind, amount_minor, book)
    now = moment.now()
    entry = MoneyBack(
        key=key,
        case=case,
        payment=row,
        kind=kind,
        amount_minor=amount_minor,
        reserved_at=now,
        changed_at=now,
    )
    compiled_writes.insert(entry)
    return entry


def hand_over(key: str) -> MoneyBack:
    """It leaves the house. Raises Invalid("amount") where meanwhile, by what files told, it would
    be more than is left: it stays reserved, and nothing may be sent."""
    return _leave(key, State.SENT)


def carry_out(key: str) -> MoneyBack:
    """It leaves the house and has come about: as `hand_over`, then `confirm`."""
    return _leave(key, State.DONE)


def confirm(key: str, *, in_files: bool = False) -> MoneyBack:
    """It came about. With `in_files` a file or feed told of it, so that it is part of
    `Payment.refunded_minor` and counts there."""
    entry, _others = _entry(key)
    if entry.state == State.RELEASED:
        raise WrongState(_("这一笔已经取消，不能再确认。"))
    if entry.state == State.DONE and (entry.in_files or not in_files):
        return entry
    entry.in_files = entry.in_files or in_files
    return _set(entry, State.DONE)


def release(key: str) -> MoneyBack:
    """It does not come about; what was set aside may go back another way. For what was sent, only
    once whoever has it said that nothing moved."""
    entry, _others = _entry(key)
    if entry.state == State.DONE:
        raise WrongState(_("这一笔已经完成，不能再取消。"))
    return entry if entry.state == State.RELEASED else _set(entry, State.RELEASED)


def taken_minor(payment: Payment) -> int:
    """In fen: what is reserved, sent or done and not part of `Payment.refunded_minor` yet."""
    return _taken(_book.all_of(payment))


def left_minor(payment: Payment, taken: int | None = None) -> int:
    """In fen: what may still be reserved of it; `taken` where the caller knows `taken_minor`."""
    taken = taken_minor(payment) if taken is None else taken
    return max(0, _captured(payment) - payment.refunded_minor - taken)


def taken_of_case() -> Subquery:
    """`taken_minor` of the payment of OuterRef("payment_id"), for a query of cases."""
    entries = MoneyBack.objects.filter(payment=OuterRef("payment_id"), in_files=False)
    sums = entries.exclude(state=State.RELEASED).order_by().values("payment")
    return Subquery(sums.annotate(sum=Sum("amount_minor")).values("sum"))


def _captured(payment: Payment, kind: str = Kind.REFUND) -> int:
    captured = CAPTURED if kind != Kind.VOID else (*CAPTURED, Status.AUTHORISED)
    return payment.amount_minor if payment.status in captured else 0


def check(payment: Payment, kind: str, minor: int) -> None:
    """Raises Invalid("amount") or Excluded unless so much of the (locked) payment may go back."""
    _check(payment, kind, minor, _book.all_of(payment))


def _check(payment: Payment, kind: str, minor: int, book: list[MoneyBack]) -> None:
    if type(minor) is not int or minor <= 0:
        raise Invalid("amount", _("请填退多少，要大于 0。"))
    others = (each for each in book if each.kind in EXCLUDES[Kind(kind)])
    if other := next((each for each in others if each.state != State.RELEASED), None):
        raise Excluded(
            _("这笔消费已经有%(other)s，不能再做%(this)s。")
            % {"other": other.called, "this": Kind(kind).label}
        )
    left = _captured(payment, kind) - payment.refunded_minor - _taken(book)
    if left <= 0:
        raise Invalid("amount", _("这笔消费现在没有可以退的金额。"))
    if minor > left:
        raise Invalid(
            "amount", _("最多可以退 %(most)s。") % {"most": money.text(left, payment.currency)}
        )


def _locked(payment_id) -> Payment:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("money goes back inside the transaction of what sends it")
    if payment_id is None:
        raise WrongState(_("这个案件还没有对上交易，不能退款。"))
    return _payment.get(pk=payment_id)


def _entry(key: str) -> tuple[MoneyBack, list[MoneyBack]]:
    """That of `key` and the others of its payment, as they are under the lock on it."""
    found = _payment_of.first(key=key)
    if found is None:
        raise MoneyBack.DoesNotExist(key)
    payment = _locked(found[0])
    book = _book.all_of(payment)
    entry = next(each for each in book if each.key == key)
    entry.payment = payment
    return entry, [each for each in book if each is not entry]


def _leave(key: str, state: str) -> MoneyBack:
    """Looked at once more: what files told meanwhile may have taken the room."""
    entry, others = _entry(key)
    if entry.state == State.RELEASED:
        raise WrongState(_("这一笔已经取消，不能再送出。"))
    if entry.state == State.RESERVED:
        _check(entry.payment, entry.kind, entry.amount_minor, others)
    if entry.state in {state, State.DONE}:
        return entry
    return _set(entry, state)


def _set(entry: MoneyBack, state: str) -> MoneyBack:
    entry.state, entry.changed_at = state, moment.now()
    compiled_writes.update(entry, "state", "in_files", "changed_at")
    return entry
