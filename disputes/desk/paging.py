"""One page of cases, found by the last row of the page before it: the same cost at any depth."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from disputes.desk import queue
from disputes.desk.filters import BY_DUE, NEWEST, Filters
from disputes.models import Case
from portal.accounts.actor import Actor

PAGE = 50
FACTS = ("merchant", "payment", "assignee")  # what a row shows


@dataclass(frozen=True)
class Page:
    rows: list[Case]
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
    cases = queue.cases_of(view, actor, now, filters).select_related(*FACTS)
    if filters is not None and filters.order != BY_DUE:
        return by_id(cases, after, newest_first=filters.order == NEWEST)
    if view is queue.CLOSED:
        return _by_closing(cases, after)
    moment, pk = cursor(after)
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


def by_id(cases: QuerySet, after: str, *, newest_first: bool) -> Page:
    """In the order in which they were opened."""
    _moment, pk = cursor(after)
    if pk:
        cases = cases.filter(pk__lt=pk) if newest_first else cases.filter(pk__gt=pk)
    return _cut(list(cases.order_by("-id" if newest_first else "id")[: PAGE + 1]), "")


def _by_closing(cases: QuerySet, after: str) -> Page:
    moment, pk = cursor(after)
    if moment:
        cases = cases.filter(closed_at__lte=moment).filter(Q(closed_at__lt=moment) | Q(pk__lt=pk))
    # Said again in the index's own words, or it is not used.
    cases = cases.filter(closed_at__isnull=False)
    return _cut(list(cases.order_by("-closed_at", "-id")[: PAGE + 1]), "closed_at")


def _cut(rows: list[Case], key: str) -> Page:
    if len(rows) <= PAGE:
        return Page(rows)
    last = rows[PAGE - 1]
    moment = getattr(last, key) if key else None
    return Page(rows[:PAGE], f"{moment.timestamp() if moment else ''}_{last.pk}")


def cursor(text: str) -> tuple[datetime | None, int]:
    """`<seconds>_<id>`; anything else is the first page."""
    match = re.fullmatch(r"(\d{1,10}(?:\.\d{1,6})?)?_(\d{1,18})", text)
    if not match:
        return None, 0
    zone = timezone.get_default_timezone()
    moment = datetime.fromtimestamp(float(match[1]), tz=zone) if match[1] else None
    return moment, int(match[2])
