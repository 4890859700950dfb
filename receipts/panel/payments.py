"""A merchant's payments, newest first, as its panel lists them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.accounts.actor import Actor
from receipts.lookup_form import Unreadable, read_date, read_tail
from receipts.models import Merchant, Payment
from receipts.models.payment import SlipPrinted

PAGE = 40


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """A calendar day of the shop, as two moments."""
    start = timezone.make_aware(datetime.combine(day, time.min))
    return start, start + timedelta(days=1)


def of_tail(tail: str) -> Q:
    """The card's own tail or the phone's; the second index is there for phones only."""
    return Q(card_tail=tail) | (Q(wallet_tail=tail) & ~Q(wallet_tail=""))


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to; `errors` are for beside the fields."""

    no_slip: bool = False
    tail: str = ""
    day: date | None = None
    errors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, query) -> Wanted:
        errors: dict[str, str] = {}

        def value[T](name: str, reader: Callable[[str], T]) -> T | None:
            if text := query.get(name, "").strip():
                try:
                    return reader(text)
                except Unreadable as error:
                    errors[name] = str(error)
            return None

        return cls(
            no_slip=query.get("slip") == "no",
            tail=value("tail", read_tail) or "",
            day=value("day", lambda text: read_date(text, timezone.localtime())),
            errors=errors,
        )

    @property
    def day_text(self) -> str:
        return self.day.isoformat() if self.day else ""

    @property
    def narrowed(self) -> bool:
        return bool(self.no_slip or self.tail or self.day)

    def query(self, **changes) -> str:
        """The address of this list, with `changes`."""
        wanted = replace(self, **changes)
        facts = {
            "slip": "no" if wanted.no_slip else "",
            "tail": wanted.tail,
            "day": wanted.day_text,
        }
        return urlencode({name: value for name, value in facts.items() if value})


@dataclass(frozen=True)
class Page:
    rows: list[Payment]
    next: str


def wanted_by(actor: Actor, wanted: Wanted) -> QuerySet:
    payments = Payment.objects.visible_to(actor)
    if actor.is_merchant:
        # A few ids instead of a join, so that `payment_of_merchant` gives rows in order.
        shops = Merchant.objects.visible_to(actor).values_list("pk", flat=True)
        payments = payments.filter(merchant__in=list(shops))
    if wanted.no_slip:
        payments = payments.filter(slip_printed=SlipPrinted.NO)
    if wanted.tail:
        payments = payments.filter(of_tail(wanted.tail))
    if wanted.day:
        start, end = day_bounds(wanted.day)
        payments = payments.filter(occurred_at__gte=start, occurred_at__lt=end)
    return payments


def page(actor: Actor, wanted: Wanted, after: str = "") -> Page:
    payments = wanted_by(actor, wanted).select_related("merchant", "terminal")
    if cursor := _cursor(after):
        moment, pk = cursor
        payments = payments.filter(occurred_at__lte=moment).filter(
            Q(occurred_at__lt=moment) | Q(pk__lt=pk)
        )
    rows = list(payments.order_by("-occurred_at", "-pk")[: PAGE + 1])
    if len(rows) <= PAGE:
        return Page(rows, "")
    last = rows[PAGE - 1]
    return Page(rows[:PAGE], f"{last.occurred_at.timestamp()}_{last.pk.hex}")


def _cursor(text: str) -> tuple[datetime, UUID] | None:
    match = re.fullmatch(r"(\d{1,10}(?:\.\d{1,6})?)_([0-9a-f]{32})", text)
    if not match:
        return None
    moment = datetime.fromtimestamp(float(match[1]), tz=timezone.get_default_timezone())
    return moment, UUID(match[2])
