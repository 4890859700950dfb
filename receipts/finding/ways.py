"""From what is asked to a condition that an index answers, on however many payments.

The table says which of the facts is a way in, and by which index; the others narrow it. What has no
way in is refused with what would make it one (docs/decisions/staff-search.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from portal.accounts.actor import Actor
from receipts.finding.days import day_bounds
from receipts.finding.wanted import Values
from receipts.models import Merchant, Terminal

# So many days of all merchants may be looked through by the clock alone.
DAYS_OF_ALL = 3
TERMINALS = 50  # of one number, of different merchants


class TooWide(Exception):
    """Nothing would answer it but walking through all payments: `message` says what to add."""

    def __init__(self, message: str):
        super().__init__(message)
        self.message = message


class NoneOfThatName(Exception):
    """No terminal has this number: the message stands beside `field`."""

    def __init__(self, field: str, message: str):
        super().__init__(message)
        self.field, self.message = field, message


@dataclass(frozen=True)
class Way:
    """`index` bears the query where `leads` says so; only the first that leads is asked."""

    name: str
    index: str
    leads: Callable[[Values], bool]


WAYS = (
    Way("rrn", "payment_by_rrn", lambda values: bool(values.rrn)),
    Way("auth", "payment_by_auth", lambda values: bool(values.auth)),
    Way("voucher", "payment_once_per_voucher", lambda values: bool(values.voucher)),
    Way("code", "both of these", lambda values: bool(values.code)),
    Way("tail", "lookup, lookup_wallet", lambda values: bool(values.tail)),
    Way("terminal", "payment_of_terminal", lambda values: bool(values.terminal)),
    Way("merchant", "payment_of_merchant", lambda values: bool(values.merchant)),
    Way("amount", "crowd", lambda values: values.is_amount_exact),
    Way("day", "payment_by_time", lambda values: 0 < values.days <= DAYS_OF_ALL),
)


def of(values: Values) -> Way:
    """The way in. Raises TooWide."""
    for way in WAYS:
        if way.leads(values):
            return way
    if values.days:
        raise TooWide(
            _(
                "{n} 天的全部交易太多了。最多选 {most} 天，或再填商户、终端、尾号、参考号、"
                "凭证号、授权码或一个准确的金额"
            ).format(n=values.days, most=DAYS_OF_ALL)
        )
    raise TooWide(_("只有金额范围太宽了。请选一天，或再填商户、终端、尾号、参考号、凭证号或授权码"))


def of_tail(tail: str) -> Q:
    """The card's own tail or the phone's; the second index is there for phones only."""
    return Q(card_tail=tail) | (Q(wallet_tail=tail) & ~Q(wallet_tail=""))


def of_voucher(number: str) -> Q:
    """Among payments that have a batch and a terminal, as all with a voucher do as a rule: their
    unique index is the one that there is."""
    return Q(voucher_no=number) & ~Q(voucher_no="") & ~Q(batch_no="") & Q(terminal__isnull=False)


def of_auth(code: str) -> Q:
    return Q(auth_code=code) & ~Q(auth_code="")


def narrowed(payments: QuerySet, values: Values, actor: Actor) -> QuerySet:
    """`payments` with everything asked for, but the merchant. Raises NoneOfThatName."""
    if values.rrn:
        payments = payments.filter(rrn=values.rrn)
    if values.auth:
        payments = payments.filter(of_auth(values.auth))
    if values.voucher:
        payments = payments.filter(of_voucher(values.voucher))
    if values.code:
        payments = payments.filter(of_voucher(values.code) | of_auth(values.code))
    if values.tail:
        payments = payments.filter(of_tail(values.tail))
    if values.terminal:
        payments = payments.filter(_of_terminals(_terminals(values.terminal, actor)))
    if values.is_amount_exact:
        payments = payments.filter(amount_minor=values.amount)
    elif values.amount_to is not None:
        payments = payments.filter(amount_minor__range=(values.amount or 0, values.amount_to))
    if values.day:
        start, _end = day_bounds(values.day)
        _start, end = day_bounds(values.until or values.day)
        payments = payments.filter(occurred_at__gte=start, occurred_at__lt=end)
    return payments


def _of_terminals(ids: list[int]) -> Q:
    """As a rule one merchant has a terminal of that number: said as equal, its index gives the
    newest first."""
    return Q(terminal=ids[0]) if len(ids) == 1 else Q(terminal__in=ids)


def _terminals(number: str, actor: Actor) -> list[int]:
    shops = Merchant.objects.visible_to(actor)
    found = Terminal.objects.filter(terminal_no=number, merchant__in=shops)
    ids = list(found.values_list("pk", flat=True)[:TERMINALS])
    if not ids:
        raise NoneOfThatName("terminal", _("没有这个编号的终端"))
    return ids
