"""One page of cases, found by the last row of the page before it: the same cost at any depth."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import BigAutoField, DateTimeField, Q, QuerySet
from django.utils import timezone

from disputes.desk import queue
from disputes.desk.filters import BY_DUE, NEWEST, Filters
from disputes.desk.rows import COLUMNS, Listed
from disputes.models import Case
from portal.accounts.actor import Actor
from portal.compiled import CompiledFor, Later

PAGE = 50


@dataclass(frozen=True)
class Page:
    rows: list[Listed] | list[Case]
    next: str = ""  # the cursor of the page after it, "" at the end
    # Of a search: where the words stand, by case; whether everything was looked at.
    said: dict[int, str] = field(default_factory=dict)
    complete: bool = True


def page(
    view: queue.View,
    actor: Actor,
    now: datetime,
    after: str = "",
    filters: Filters | None = None,
) -> Page:
    """Most urgent first unless `filters` say otherwise; cases without a running clock come last."""
    moment, pk = cursor(after)
    usual = actor.is_institution and view is not queue.CLOSED and filters == Filters()
    if usual and (moment or not pk):
        compiled = (_following if moment else _first)((view, actor.role), view, actor)
        given = queue.given(actor, now)
        rows = [Listed(*row) for row in compiled.all(**given, moment=moment, pk=pk)]
        if len(rows) <= PAGE:
            undated = _undated((view, actor.role), view, actor).all(**given)
            rows += [Listed(*row) for row in undated[: PAGE + 1 - len(rows)]]
        return _cut(rows, "due_at")
    cases = queue.cases_of(view, actor, now, filters)
    if filters is not None and filters.order != BY_DUE:
        return by_id(cases, after, newest_first=filters.order == NEWEST)
    if view is queue.CLOSED:
        return _by_closing(cases, after)
    rows = []
    if moment or not pk:
        dated = _after(cases, moment, pk) if moment else cases.filter(due_at__isnull=False)
        rows = _listed(dated.order_by("due_at", "id")[: PAGE + 1])
    return _with_undated(rows, cases, 0 if moment else pk)


def before(
    view: queue.View, actor: Actor, now: datetime, until: str, filters: Filters | None = None
) -> str:
    """The cursor of the page before the one that begins after `until`; "" for the first page. Read
    backwards, and only when somebody goes back: no page pays for it."""
    moment, pk = cursor(until)
    cases = queue.cases_of(view, actor, now, filters)
    if filters is not None and filters.order != BY_DUE:
        if filters.order == NEWEST:
            upto = cases.filter(pk__gte=pk).order_by("id")
        else:
            upto = cases.filter(pk__lte=pk).order_by("-id")
        return _written([(None, place) for place in upto.values_list("pk", flat=True)[: PAGE + 1]])
    if view is queue.CLOSED:
        if moment:
            cases = cases.filter(closed_at__gte=moment).exclude(closed_at=moment, pk__lt=pk)
        upto = cases.filter(closed_at__isnull=False)
        return _written(_places(upto.order_by("closed_at", "id"), "closed_at"))
    places: list[tuple[datetime | None, int]] = []
    dated = cases.filter(due_at__isnull=False)
    if moment:
        dated = dated.filter(due_at__lte=moment).exclude(due_at=moment, pk__gt=pk)
    else:
        undated = cases.filter(due_at__isnull=True, pk__lte=pk)
        places = _places(undated.order_by("-id"), "due_at")
    if len(places) <= PAGE:
        places += _places(dated.order_by("-due_at", "-id"), "due_at")
    return _written(places)


def _places(cases: QuerySet, key: str) -> list[tuple[datetime | None, int]]:
    return list(cases.values_list(key, "pk")[: PAGE + 1])


def _written(places: list[tuple[datetime | None, int]]) -> str:
    """The row from which a full page leads up to the first of `places`."""
    return _cursor(*places[PAGE]) if len(places) > PAGE else ""


def _cursor(moment: datetime | None, pk: int) -> str:
    return f"{moment.timestamp() if moment else ''}_{pk}"


def _with_undated(rows: list[Listed], cases: QuerySet, after: int = 0) -> Page:
    """The page, filled with the cases that have no running clock."""
    if len(rows) <= PAGE:
        undated = cases.filter(due_at__isnull=True, pk__gt=after).order_by("id")
        rows += _listed(undated[: PAGE + 1 - len(rows)])
    return _cut(rows, "due_at")


def _listed(cases: QuerySet) -> list[Listed]:
    return [Listed(*row) for row in cases.values_list(*COLUMNS)]


def _after(cases: QuerySet, moment: datetime | Later, pk: int | Later) -> QuerySet:
    # One bound, where the index starts, and what is left out of it. "After it, or with a larger id"
    # and "has a due time" say the same, but PostgreSQL counts each as one condition more, expects a
    # handful of rows and sorts thousands (docs/decisions/desk-speed.md).
    return cases.filter(due_at__gte=moment).exclude(due_at=moment, pk__lte=pk)


def _first_page(view: queue.View, actor: Actor) -> QuerySet:
    """What everybody asks for all day."""
    dated = queue.within(view, actor, queue.LATER).filter(due_at__isnull=False)
    return dated.order_by("due_at", "id").values_list(*COLUMNS)[: PAGE + 1]


def _following_page(view: queue.View, actor: Actor) -> QuerySet:
    moment, pk = Later("moment", DateTimeField()), Later("pk", BigAutoField())
    dated = _after(queue.within(view, actor, queue.LATER), moment, pk)
    return dated.order_by("due_at", "id").values_list(*COLUMNS)[: PAGE + 1]


def _undated_page(view: queue.View, actor: Actor) -> QuerySet:
    undated = queue.within(view, actor, queue.LATER).filter(due_at__isnull=True)
    return undated.order_by("id").values_list(*COLUMNS)[: PAGE + 1]


# What the institution's people see depends on their role, and on what comes in LATER.
_first, _following = CompiledFor(_first_page), CompiledFor(_following_page)
_undated = CompiledFor(_undated_page)


def by_id(cases: QuerySet, after: str, *, newest_first: bool) -> Page:
    """In the order in which they were opened."""
    _moment, pk = cursor(after)
    if pk:
        cases = cases.filter(pk__lt=pk) if newest_first else cases.filter(pk__gt=pk)
    return _cut(_listed(cases.order_by("-id" if newest_first else "id")[: PAGE + 1]), "")


def _by_closing(cases: QuerySet, after: str) -> Page:
    moment, pk = cursor(after)
    if moment:
        cases = cases.filter(closed_at__lte=moment).filter(Q(closed_at__lt=moment) | Q(pk__lt=pk))
    # Said again in the index's own words, or it is not used.
    cases = cases.filter(closed_at__isnull=False)
    return _cut(_listed(cases.order_by("-closed_at", "-id")[: PAGE + 1]), "closed_at")


def _cut(rows: list[Listed], key: str) -> Page:
    if len(rows) <= PAGE:
        return Page(rows)
    last = rows[PAGE - 1]
    return Page(rows[:PAGE], _cursor(getattr(last, key) if key else None, last.pk))


def cursor(text: str) -> tuple[datetime | None, int]:
    """`<seconds>_<id>`; anything else is the first page."""
    match = re.fullmatch(r"(\d{1,10}(?:\.\d{1,6})?)?_(\d{1,18})", text)
    if not match:
        return None, 0
    zone = timezone.get_default_timezone()
    moment = datetime.fromtimestamp(float(match[1]), tz=zone) if match[1] else None
    return moment, int(match[2])
