"""A case as one row of a queue: seven facts, ready to be shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from disputes.models import Case
from disputes.models.case import Kind, Reason, Stage, Status
from portal import money
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


@dataclass(frozen=True)
class TimeLeft:
    """`tone` is missed, soon, later, paused, closed or none; `words` say it."""

    tone: str
    words: str


def time_left(case: Case, now: datetime) -> TimeLeft:
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


@dataclass(frozen=True)
class Row:
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
    href: str  # on the desk, within the queue one came from
    is_current: bool


def mark_of(name: str) -> str:
    """One character for a narrow row: 陶 of 小陶, 陶 of 陶然, T of Tao."""
    familiar = len(name) == 2 and name[0] in "小老阿"
    return name[1:] if familiar else name[:1]


def amount_of(case: Case) -> int | None:
    """What it is about, in fen: what was asked for, else what was paid, else what is remembered."""
    if case.requested_minor:
        return case.requested_minor
    return case.payment.amount_minor if case.payment else case.claimed_minor


def what_of(case: Case) -> str | Promise:
    # Asked of the choices themselves: get_…_display translates all of them to find one.
    return Reason(case.reason).label if case.reason else Kind(case.kind).label


def merchant_of(case: Case) -> str:
    if case.merchant:
        return case.merchant.name
    return case.claimed_merchant or _("还不知道是哪家商户")


def _stage(case: Case) -> str | Promise:
    return pgettext("short", "人行转办") if case.forwarded_on else Stage(case.stage).label


@cache
def _before_number() -> str:
    """What stands before a case's number in the address of its page on the desk."""
    return reverse("desk:case", args=["-"]).removesuffix("-/")


def row_of(case: Case, now: datetime, said: str = "", query: str = "", current: str = "") -> Row:
    """`said`: what a search found in the conversation, instead of the last word; `query`: of the
    queue; `current`: the number of the case that stands beside it."""
    paused = case.is_open and case.status == Status.WAITING_CONSUMER and case.due_at is None
    owner = case.assignee.name if case.assignee else ""
    amount = amount_of(case)
    return Row(
        number=case.number,
        left=time_left(case, now),
        stage=pgettext("short", "等客户") if paused else str(_stage(case)),
        merchant=merchant_of(case),
        word=said or masking.words(case.last_word),
        amount_minor=amount,
        amount="" if amount is None else money.text(amount),
        what=str(what_of(case)),
        owner=owner,
        owner_mark=mark_of(owner),
        href=f"{_before_number()}{case.number}/?{query}",
        is_current=case.number == current,
    )


def rows_of(
    cases: Iterable[Case],
    now: datetime,
    said: Mapping[int, str] | None = None,
    query: str = "",
    current: str = "",
) -> list[Row]:
    return [row_of(case, now, (said or {}).get(case.pk, ""), query, current) for case in cases]
