"""One page of rows, the newest first, found by the last row of the page before it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleLessThan
from django.utils import timezone

from receipts.models import Payment


@dataclass(frozen=True)
class Page:
    rows: list[Payment]
    next: str  # the cursor of the page after it; "" at the end


def ordered(payments: QuerySet[Payment], after: str = "") -> QuerySet[Payment]:
    """After that row, in the row form `(occurred_at, id) < (…, …)`: an index starts there, where
    the form with OR would have it read all rows before."""
    if cursor := _cursor(after):
        payments = payments.filter(TupleLessThan(Tuple(F("occurred_at"), F("id")), cursor))
    return payments.order_by("-occurred_at", "-pk")


def page(payments: QuerySet[Payment], size: int, after: str = "") -> Page:
    rows = list(ordered(payments, after)[: size + 1])
    if len(rows) <= size:
        return Page(rows, "")
    last = rows[size - 1]
    return Page(rows[:size], f"{last.occurred_at.timestamp()}_{last.pk.hex}")


def _cursor(text: str) -> tuple[datetime, UUID] | None:
    """`<seconds>_<id>`; anything else is the first page."""
    match = re.fullmatch(r"(\d{1,10}(?:\.\d{1,6})?)_([0-9a-f]{32})", text)
    if not match:
        return None
    moment = datetime.fromtimestamp(float(match[1]), tz=timezone.get_default_timezone())
    return moment, UUID(match[2])
