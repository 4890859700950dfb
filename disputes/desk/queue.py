"""What stands in the queue of the desk: its views, their counts, one page of rows.

Counts stop at `CAP` and come in one query; a page is found by the last row of the page before it
(keyset), so that both cost the same however many cases there are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, IntegerField, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from disputes.models import Case
from disputes.models.case import CLOSED_STATUSES, Kind, Stage, Status
from portal.accounts.actor import Actor
from portal.accounts.models import User
from receipts.merchant_search import named
from receipts.models import Merchant, Payment

PAGE = 50
CAP = 999


class CappedCount(Subquery):
    """`count(*)` of a subquery that is itself cut off, as a value of one row."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) capped)"
    output_field = IntegerField()


@dataclass(frozen=True)
class View:
    name: str
    label: str | Promise
    condition: Callable[[Actor, datetime], Q]
    # Where the figure beside the name counts fewer than the list shows.
    counted: Callable[[Actor, datetime], Q] | None = None
    alarming: bool = False


def _end_of_day(now: datetime) -> datetime:
    local = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return local + timedelta(days=1)


_PAUSED = Q(status=Status.WAITING_CONSUMER)


def _overdue(actor: Actor, now: datetime) -> Q:
    return Q(due_at__lt=now) & ~_PAUSED


VIEWS = (
    View("mine", _("我的"), lambda actor, now: Q(assignee=actor.user)),
    View("unassigned", _("未分派"), lambda actor, now: Q(assignee=None)),
    View(
        "today",
        _("今天到期"),
        lambda actor, now: Q(due_at__lt=_end_of_day(now)),
        counted=lambda actor, now: Q(due_at__gte=now, due_at__lt=_end_of_day(now)),
    ),
    View("overdue", _("已超时"), _overdue, alarming=True),
    View(
        "merchant",
        _("等商户"),
        lambda actor, now: Q(stage=Stage.MERCHANT) & ~_PAUSED,
    ),
    View("consumer", pgettext_lazy("short", "等客户"), lambda actor, now: _PAUSED),
    View("institution", _("在本机构"), lambda actor, now: Q(stage=Stage.INSTITUTION)),
    View("all", _("全部未结"), lambda actor, now: Q()),
)


def _of_kind(kind: Kind) -> View:
    return View(kind.value, kind.label, lambda actor, now: Q(kind=kind))


KIND_VIEWS = tuple(_of_kind(kind) for kind in Kind)
CLOSED = View("closed", _("已办结"), lambda actor, now: Q(status__in=CLOSED_STATUSES))
DEFAULT = "today"
_BY_NAME = {view.name: view for view in (*VIEWS, *KIND_VIEWS, CLOSED)}


def view_named(name: str) -> View:
    return _BY_NAME.get(name) or _BY_NAME[DEFAULT]


def cases_of(view: View, actor: Actor, now: datetime) -> QuerySet:
    cases = Case.objects.visible_to(actor)
    return (cases if view is CLOSED else cases.open()).filter(view.condition(actor, now))


def counts(actor: Actor, now: datetime) -> dict[str, int]:
    """View → how many, never more than CAP + 1 (which reads "more than CAP"). One query."""
    figures = {}
    for view in (*VIEWS, *KIND_VIEWS):
        condition = (view.counted or view.condition)(actor, now)
        cases = Case.objects.visible_to(actor).open().filter(condition).order_by()
        figures[f"of_{view.name}"] = CappedCount(cases.values("pk")[: CAP + 1])
    reader = User.objects.filter(public_id=actor.id.removeprefix("user:"))
    names = [name.removeprefix("of_") for name in figures]
    return dict(zip(names, reader.annotate(**figures).values_list(*figures).get(), strict=True))


@dataclass(frozen=True)
class Page:
    rows: list[Case]
    next: str  # the cursor of the page after it, "" at the end


def _with_facts(cases: QuerySet) -> QuerySet:
    return cases.select_related("merchant", "payment", "assignee")


def page(view: View, actor: Actor, now: datetime, after: str = "") -> Page:
    """One page, most urgent first; cases without a running clock come last."""
    cases = _with_facts(cases_of(view, actor, now))
    if view is CLOSED:
        return _by_closing(cases, after)
    moment, pk = _cursor(after)
    rows: list[Case] = []
    if moment or not pk:
        dated = cases.filter(due_at__isnull=False).order_by("due_at", "id")
        if moment:
            # The bound stands alone as well, so that the index starts there.
            dated = dated.filter(due_at__gte=moment).filter(Q(due_at__gt=moment) | Q(pk__gt=pk))
        rows = list(dated[: PAGE + 1])
    if len(rows) <= PAGE:
        undated = cases.filter(due_at__isnull=True).order_by("id")
        if pk and not moment:
            undated = undated.filter(pk__gt=pk)
        rows += undated[: PAGE + 1 - len(rows)]
    return _cut(rows, "due_at")


def _by_closing(cases: QuerySet, after: str) -> Page:
    moment, pk = _cursor(after)
    if moment:
        cases = cases.filter(closed_at__lte=moment).filter(Q(closed_at__lt=moment) | Q(pk__lt=pk))
    return _cut(list(cases.order_by("-closed_at", "-id")[: PAGE + 1]), "closed_at")


def _cut(rows: list[Case], key: str) -> Page:
    if len(rows) <= PAGE:
        return Page(rows, "")
    last = rows[PAGE - 1]
    moment = getattr(last, key)
    return Page(rows[:PAGE], f"{moment.timestamp() if moment else ''}_{last.pk}")


def _cursor(text: str) -> tuple[datetime | None, int]:
    """`<seconds>_<id>`; anything else is the first page."""
    match = re.fullmatch(r"(\d{1,10}(?:\.\d{1,6})?)?_(\d{1,18})", text)
    if not match:
        return None, 0
    zone = timezone.get_default_timezone()
    moment = datetime.fromtimestamp(float(match[1]), tz=zone) if match[1] else None
    return moment, int(match[2])


def found(words: str, actor: Actor) -> list[Case]:
    """Cases by number (or its beginning), by the card's last four, or by a merchant's name or
    number; newest first, at most a page. Each way stands on an index of its own.
    """
    words = words.strip()
    cases = Case.objects.visible_to(actor)
    compact = words.replace(" ", "")
    if re.fullmatch(r"\d{4}-\d{0,6}", compact):
        cases = cases.filter(number__startswith=compact)
    elif re.fullmatch(r"\d{8}", compact):
        cases = cases.filter(number=f"{compact[:4]}-{compact[4:]}")
    elif re.fullmatch(r"\d{4}", compact):
        payments = Payment.objects.visible_to(actor).filter(
            Q(card_tail=compact) | Q(wallet_tail=compact)
        )
        cases = cases.filter(payment__in=payments.order_by().values("pk"))
    elif words:
        merchants, _has_all = named(words, Merchant.objects.visible_to(actor), actor, most=50)
        cases = cases.filter(merchant__in=merchants)
    else:
        return []
    return list(_with_facts(cases).order_by(F("opened_at").desc(), "-id")[:PAGE])
