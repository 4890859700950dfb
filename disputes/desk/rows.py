"""A case as one row of a queue: seven facts, ready to be shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from disputes import policy
from disputes.actions.assign import Colleague
from disputes.models import Case
from disputes.models.case import OPEN_STATUSES, Kind, Reason, Stage, Status
from portal import money
from portal.kept import Kept, here
from portal.moments import length
from portal.viewing import masking

SOON = timedelta(hours=5)
HOURS_AS_DAYS = 48


def roughly(span: timedelta) -> str:
    """In its largest unit alone: how late something is need not be told to the minute."""
    hours = int(span.total_seconds()) // 3600
    if hours >= HOURS_AS_DAYS:
        return length(timedelta(days=hours // 24))
    return length(timedelta(hours=hours)) if hours else length(span)


class Listed(NamedTuple):
    """A case as far as a row of a queue needs it: a row of one query, and no model with forty
    columns beside three others."""

    pk: int
    number: str
    kind: str
    reason: str
    stage: str
    status: str
    due_at: datetime | None
    closed_at: datetime | None
    last_word: str
    requested_minor: int | None
    claimed_minor: int | None
    claimed_merchant: str
    forwarded_on: date | None
    assignee_id: int | None
    merchant_name: str | None
    paid_minor: int | None
    owner: str | None

    @classmethod
    def of(cls, case: Case) -> Listed:
        return cls._make((*(getattr(case, name) for name in OWN_COLUMNS), *_beside(case)))

    @property
    def subject(self) -> str:
        return f"case:{self.number}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def is_paused(self) -> bool:
        return self.status == Status.WAITING_CONSUMER and self.due_at is None


OWN_COLUMNS = Listed._fields[:-3]
# For `values_list`, in the order of the fields.
COLUMNS = (*OWN_COLUMNS, "merchant__name", "payment__amount_minor", "assignee__name")


def _beside(case: Case) -> tuple[str | None, int | None, str | None]:
    return (
        case.merchant.name if case.merchant else None,
        case.payment.amount_minor if case.payment else None,
        case.assignee.name if case.assignee else None,
    )


class TimeLeft(NamedTuple):
    """`tone` is missed, soon, later, paused, closed or none; `words` say it."""

    tone: str
    words: str


def time_left(case: Case | Listed, now: datetime) -> TimeLeft:
    if not case.is_open:
        return TimeLeft("closed", str(Status(case.status).label))
    if case.status == Status.WAITING_CONSUMER and case.due_at is None:
        return TimeLeft("paused", _("已暂停"))
    if case.due_at is None:
        return TimeLeft("none", _("没有时限"))
    left = case.due_at - now
    if left < timedelta(0):
        return TimeLeft("missed", _("超时 %(length)s") % {"length": roughly(-left)})
    return TimeLeft("soon" if left < SOON else "later", length(left))


class Row(NamedTuple):
    """Plain words: what a row shows decides how it is drawn, and nothing else."""

    number: str
    left: TimeLeft
    stage: str
    merchant: str
    word: str
    amount_minor: int | None
    amount: str
    what: str
    owner: str
    owner_mark: str
    owner_back: str  # away now: the day of coming back
    href: str  # on the desk, within the queue one came from
    is_current: bool


def mark_of(name: str) -> str:
    """One character for a narrow row: 陶 of 小陶, 陶 of 陶然, T of Tao."""
    familiar = len(name) == 2 and name[0] in "小老阿"
    return name[1:] if familiar else name[:1]


def amount_of(case: Case) -> int | None:
    """What it is about, in fen: what was asked for, else what was paid, else what is remembered."""
    paid = case.payment.amount_minor if case.payment else None
    return _amount(case.requested_minor, paid, case)


def _amount(requested: int | None, paid: int | None, case: Case | Listed) -> int | None:
    if requested:
        return requested
    return case.claimed_minor if paid is None else paid


def what_of(case: Case | Listed) -> str | Promise:
    # Asked of the choices themselves: get_…_display translates all of them to find one.
    return _reason(case.reason) if case.reason else Kind(case.kind).label


def _reason(code: str) -> str | Promise:
    """In a row a reason is named as delivered, whatever a version words it: one class, one name."""
    return Reason(code).label if code in Reason.values else policy.own_reason(code)


def merchant_of(case: Case) -> str:
    return case.merchant.name if case.merchant else _unknown_merchant(case)


def _unknown_merchant(case: Case | Listed) -> str:
    return case.claimed_merchant or _("还不知道是哪家商户")


def _stage(case: Listed) -> str | Promise:
    return pgettext("short", "人行转办") if case.forwarded_on else Stage(case.stage).label


@cache
def _before_number() -> str:
    """What stands before a case's number in the address of its page on the desk."""
    return reverse("desk:case", args=["-"]).removesuffix("-/")


class _Words(NamedTuple):
    """What a row says whatever the time is."""

    stage: str
    merchant: str
    word: str
    amount_minor: int | None
    amount: str
    what: str
    owner_mark: str


def _words(case: Listed) -> _Words:
    amount = _amount(case.requested_minor, case.paid_minor, case)
    return _Words(
        stage=pgettext("short", "等客户") if case.is_paused else str(_stage(case)),
        merchant=_unknown_merchant(case) if case.merchant_name is None else case.merchant_name,
        word=masking.words(case.last_word),
        amount_minor=amount,
        amount="" if amount is None else money.text(amount),
        what=str(what_of(case)),
        owner_mark=mark_of(case.owner or ""),
    )


_kept: Kept[_Words] = Kept()


def row_of(
    case: Case | Listed,
    now: datetime,
    query: str = "",
    current: str = "",
    colleagues: Iterable[Colleague] = (),
) -> Row:
    """`query`: of the queue; `current`: the number of the case that stands beside it."""
    return rows_of([case], now, None, query, current, colleagues)[0]


def rows_of(
    cases: Iterable[Case | Listed],
    now: datetime,
    said: Mapping[int, str] | None = None,
    query: str = "",
    current: str = "",
    colleagues: Iterable[Colleague] = (),
) -> tuple[Row, ...]:
    """`said`: what a search found in the conversation, instead of the last word; `colleagues`: of
    whom those who are away are marked."""
    place, before, said = here(), _before_number(), said or {}
    away = {each.pk: each.back for each in colleagues if each.back}
    rows = []
    for each in cases:
        case = each if isinstance(each, Listed) else Listed.of(each)
        words = _kept.get((place, case))
        if words is None:
            _kept.put((place, case), words := _words(case))
        rows.append(
            Row(
                number=case.number,
                left=time_left(case, now),
                stage=words.stage,
                merchant=words.merchant,
                word=said.get(case.pk) or words.word,
                amount_minor=words.amount_minor,
                amount=words.amount,
                what=words.what,
                owner=case.owner or "",
                owner_mark=words.owner_mark,
                owner_back=away.get(case.assignee_id or 0, ""),
                href=f"{before}{case.number}/?{query}",
                is_current=case.number == current,
            )
        )
    return tuple(rows)
