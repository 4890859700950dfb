"""What stands in the queue of the desk: its views and their counts.

Counts stop at `CAP` and come in one query; a page is found by the last row of the page before it
(`paging`), so that both cost the same however many cases there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db.models import (
    BigAutoField,
    DateTimeField,
    IntegerField,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from disputes.desk.filters import Filters
from disputes.models import Case
from disputes.models.case import CLOSED_STATUSES, Kind, Stage, Status
from portal.accounts.actor import Actor
from portal.accounts.models import User
from portal.compiled import CompiledFor, Later

CAP = 999
# The merchants beside the views: those with most of the cases that press most.
PRESSING, MERCHANTS = 500, 5


class CappedCount(Subquery):
    """`count(*)` of a subquery that is itself cut off, as a value of one row."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) capped)"
    output_field = IntegerField()


@dataclass(frozen=True)
class Here:
    """Who asks, and when: what the conditions of the views are made from."""

    user: User | Later | None
    now: datetime | Later
    end_of_day: datetime | Later


# In a statement that is made once.
LATER = Here(
    Later("user", BigAutoField()),
    Later("now", DateTimeField()),
    Later("end_of_day", DateTimeField()),
)


def given(actor: Actor, now: datetime) -> dict[str, object]:
    """What comes in the places of LATER."""
    user = actor.user.pk if actor.user else None
    return {"user": user, "now": now, "end_of_day": end_of_day(now)}


@dataclass(frozen=True)
class View:
    name: str
    label: str | Promise
    condition: Callable[[Here], Q]
    # Where the figure beside the name counts fewer than the list shows.
    counted: Callable[[Here], Q] | None = None
    alarming: bool = False


def end_of_day(now: datetime) -> datetime:
    local = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return local + timedelta(days=1)


PAUSED = Q(status=Status.WAITING_CONSUMER)
# Taken or handed over from the merchant, or gone further.
ESCALATED = Q(escalated_at__isnull=False) & ~Q(stage=Stage.MERCHANT)


def overdue(now: datetime | Later) -> Q:
    """A clock that stands still is never due; the central bank's runs on while a customer is
    asked."""
    return Q(due_at__lt=now)


VIEWS = (
    View("mine", _("我的"), lambda here: Q(assignee=here.user)),
    View("unassigned", _("未分派"), lambda here: Q(assignee=None)),
    View(
        "today",
        _("今天到期"),
        lambda here: Q(due_at__lt=here.end_of_day),
        counted=lambda here: Q(due_at__gte=here.now, due_at__lt=here.end_of_day),
    ),
    View("overdue", _("已超时"), lambda here: overdue(here.now), alarming=True),
    View("merchant", _("等商户"), lambda here: Q(stage=Stage.MERCHANT) & ~PAUSED),
    View("consumer", pgettext_lazy("short", "等客户"), lambda here: PAUSED),
    View("institution", _("在本机构"), lambda here: Q(stage=Stage.INSTITUTION)),
    View("upward", _("在上级"), lambda here: Q(stage=Stage.UPWARD)),
    View("escalated", _("已升级"), lambda here: ESCALATED),
    View("all", _("全部未结"), lambda here: Q()),
)


def _of_kind(kind: Kind) -> View:
    return View(kind.value, kind.label, lambda here: Q(kind=kind))


KIND_VIEWS = tuple(_of_kind(kind) for kind in Kind)
CLOSED = View("closed", _("已办结"), lambda here: Q(status__in=CLOSED_STATUSES))
DEFAULT = "today"
_BY_NAME = {view.name: view for view in (*VIEWS, *KIND_VIEWS, CLOSED)}


def view_named(name: str) -> View:
    return _BY_NAME.get(name) or _BY_NAME[DEFAULT]


def cases_of(view: View, actor: Actor, now: datetime, filters: Filters | None = None) -> QuerySet:
    cases = within(view, actor, Here(actor.user, now, end_of_day(now)))
    return filters.of(cases, actor) if filters else cases


def within(view: View, actor: Actor, here: Here) -> QuerySet:
    cases = Case.objects.visible_to(actor)
    return (cases if view is CLOSED else cases.open()).filter(view.condition(here))


def counts(
    actor: Actor, now: datetime, view: View | None = None, filters: Filters | None = None
) -> dict[str, int]:
    """View → how many, never more than CAP + 1 (which reads "more than CAP"); `here`: of `view`
    through `filters`, where any are set. One query, and one more for `here`."""
    row = _counted(_role(actor), actor).first(**given(actor, now))
    names = [view.name for view in (*VIEWS, *KIND_VIEWS)]
    figures = dict(zip(names, row or (), strict=True))
    if view and filters:
        figures["here"] = cases_of(view, actor, now, filters).order_by()[: CAP + 1].count()
    return figures


def _counting(actor: Actor) -> QuerySet:
    figures = {
        f"of_{each.name}": _capped(
            Case.objects.visible_to(actor).open().filter((each.counted or each.condition)(LATER))
        )
        for each in (*VIEWS, *KIND_VIEWS)
    }
    # Of one row that is there whatever else is: of whom it is does not matter.
    one = User.objects.order_by().values(one=Value(1))[:1]
    return one.annotate(**figures).values_list(*figures)


_counted = CompiledFor(_counting)


def _role(actor: Actor) -> str:
    """Of the institution's people all see the same cases: what `visible_to` says depends on the
    role alone, and so one statement a role is enough. Nobody else has these figures."""
    if not actor.is_institution:
        raise PermissionDenied
    return actor.role


def _capped(cases: QuerySet) -> CappedCount:
    return CappedCount(cases.order_by().values("pk")[: CAP + 1])


@dataclass(frozen=True)
class Tab:
    """A view beside the queue, in plain words."""

    query: str
    label: str
    number: str = ""
    is_here: bool = False
    alarming: bool = False


def tabs(
    views: tuple[View, ...], figures: dict[str, int], here: View | None = None
) -> tuple[Tab, ...]:
    """`here`: the view that is shown, and nothing narrower."""
    return tuple(
        Tab(
            query=f"view={view.name}",
            label=str(view.label),
            number=_in_words(figures.get(view.name)),
            is_here=view is here,
            alarming=view.alarming and bool(figures.get(view.name)),
        )
        for view in views
    )


def _in_words(figure: int | None) -> str:
    if figure is None:
        return ""
    return f"{CAP}+" if figure > CAP else str(figure)


@dataclass(frozen=True)
class MerchantView:
    merchant_no: str
    name: str
    number: int


def merchants(actor: Actor) -> list[MerchantView]:
    """Of the open cases that press most, the merchants with most of them. One query, read off an
    index; counted here, since a database that groups them reads each of the cases again."""
    pressing = Counter(each for each in _pressed(_role(actor), actor).all() if each[0])
    most = sorted(pressing.items(), key=lambda each: (-each[1], each[0]))
    return [MerchantView(no, name, number) for (no, name), number in most[:MERCHANTS]]


def _pressing(actor: Actor) -> QuerySet:
    # Those without a merchant too: asked for those with one, SQLite takes the index of merchants
    # and sorts all that are open.
    pressing = Case.objects.visible_to(actor).open()
    return pressing.order_by("due_at", "id").values_list("merchant__merchant_no", "merchant__name")[
        :PRESSING
    ]


_pressed = CompiledFor(_pressing)
