"""What stands in the queue of the desk: its views and their counts.

Counts stop at `CAP` and come in one query; a page is found by the last row of the page before it
(`paging`), so that both cost the same however many cases there are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, IntegerField, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from disputes.desk.filters import Filters
from disputes.models import Case
from disputes.models.case import CLOSED_STATUSES, Kind, Stage, Status
from portal.accounts.actor import Actor
from portal.accounts.models import User

CAP = 999
# The merchants beside the views: those with most of the cases that press most.
PRESSING, MERCHANTS = 1_000, 5


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


def end_of_day(now: datetime) -> datetime:
    local = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return local + timedelta(days=1)


PAUSED = Q(status=Status.WAITING_CONSUMER)
# Taken or handed over from the merchant, or gone further.
ESCALATED = Q(escalated_at__isnull=False) & ~Q(stage=Stage.MERCHANT)


def overdue(actor: Actor | None, now: datetime) -> Q:
    """A clock that stands still is never due; the central bank's runs on while a customer is
    asked."""
    return Q(due_at__lt=now)


VIEWS = (
    View("mine", _("我的"), lambda actor, now: Q(assignee=actor.user)),
    View("unassigned", _("未分派"), lambda actor, now: Q(assignee=None)),
    View(
        "today",
        _("今天到期"),
        lambda actor, now: Q(due_at__lt=end_of_day(now)),
        counted=lambda actor, now: Q(due_at__gte=now, due_at__lt=end_of_day(now)),
    ),
    View("overdue", _("已超时"), overdue, alarming=True),
    View("merchant", _("等商户"), lambda actor, now: Q(stage=Stage.MERCHANT) & ~PAUSED),
    View("consumer", pgettext_lazy("short", "等客户"), lambda actor, now: PAUSED),
    View("institution", _("在本机构"), lambda actor, now: Q(stage=Stage.INSTITUTION)),
    View("escalated", _("已升级"), lambda actor, now: ESCALATED),
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


def cases_of(view: View, actor: Actor, now: datetime, filters: Filters | None = None) -> QuerySet:
    cases = Case.objects.visible_to(actor)
    cases = (cases if view is CLOSED else cases.open()).filter(view.condition(actor, now))
    return filters.of(cases, actor) if filters else cases


def counts(
    actor: Actor, now: datetime, view: View | None = None, filters: Filters | None = None
) -> dict[str, int]:
    """View → how many, never more than CAP + 1 (which reads "more than CAP"); `here`: of `view`
    through `filters`, where any are set. One query."""
    figures = {}
    for each in (*VIEWS, *KIND_VIEWS):
        condition = (each.counted or each.condition)(actor, now)
        cases = Case.objects.visible_to(actor).open().filter(condition)
        figures[f"of_{each.name}"] = _capped(cases)
    if view and filters:
        figures["of_here"] = _capped(cases_of(view, actor, now, filters))
    reader = User.objects.filter(public_id=actor.id.removeprefix("user:"))
    names = [name.removeprefix("of_") for name in figures]
    return dict(zip(names, reader.annotate(**figures).values_list(*figures).get(), strict=True))


def _capped(cases: QuerySet) -> CappedCount:
    return CappedCount(cases.order_by().values("pk")[: CAP + 1])


@dataclass(frozen=True)
class MerchantView:
    merchant_no: str
    name: str
    number: int


def merchants(actor: Actor) -> list[MerchantView]:
    """Of the open cases that press most, the merchants with most of them. One query."""
    pressing = Case.objects.visible_to(actor).open().filter(merchant__isnull=False)
    pressing = pressing.order_by("due_at", "id").values("pk")[:PRESSING]
    rows = (
        Case.objects.filter(pk__in=pressing)
        .order_by()
        .values("merchant__merchant_no", "merchant__name")
        .annotate(number=Count("pk"))
        .order_by("-number", "merchant__merchant_no")[:MERCHANTS]
    )
    return [
        MerchantView(row["merchant__merchant_no"], row["merchant__name"], row["number"])
        for row in rows
    ]
