"""A merchant's payments, newest first, as its panel lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal.accounts.actor import Actor
from receipts.finding import page as pages
from receipts.finding import record, ways
from receipts.finding.page import Page
from receipts.finding.wanted import Wanted
from receipts.merchant_search import named
from receipts.models import Merchant, Payment
from receipts.models.payment import SlipPrinted

PAGE = 40
MOST_SHOPS = 50  # of which each is asked for its newest


@dataclass
class List:
    """What the list is narrowed to, and one page of it."""

    wanted: Wanted
    no_slip: bool
    page: Page

    @property
    def narrowed(self) -> bool:
        return self.no_slip or self.wanted.asked

    def query(self, *, no_slip: bool | None = None) -> str:
        """The address of this list; `no_slip` to change that alone."""
        only = self.no_slip if no_slip is None else no_slip
        parts = [urlencode({"slip": "no"}) if only else "", self.wanted.query]
        return "&".join(part for part in parts if part)


def listed(actor: Actor, query: Mapping, after: str = "") -> List:
    """A merchant's own payments: whatever is asked narrows them, so nothing is too wide."""
    wanted, no_slip = Wanted.read(query), query.get("slip") == "no"
    shops = list(Merchant.objects.visible_to(actor).values_list("pk", flat=True))
    payments = _own(actor, shops, wanted, no_slip)
    if not wanted.asked and len(shops) <= MOST_SHOPS:
        payments = _newest_of_each(payments, shops, after)
    page = pages.page(payments.select_related("merchant", "terminal"), PAGE, after)
    if not after:
        record.note(wanted, actor, len(page.rows), is_more=bool(page.next))
    return List(wanted, no_slip, page)


def _newest_of_each(payments: QuerySet[Payment], shops: list[int], after: str) -> QuerySet[Payment]:
    """Only what may stand on this page: the first of each shop, each by `payment_of_merchant`.

    Asked for several shops at once in the order of time, PostgreSQL reads everybody's payments by
    their time until it has a page, which it never has of shops that sold nothing lately.
    """
    if connection.vendor != "postgresql" or not shops:
        return payments
    ordered = pages.ordered(payments, after).values("pk")
    first, *rest = (ordered.filter(merchant=shop)[: PAGE + 1] for shop in shops)
    found = first.union(*rest, all=True) if rest else first
    return payments.filter(pk__in=found)


def _own(actor: Actor, shops: list[int], wanted: Wanted, no_slip: bool) -> QuerySet[Payment]:
    # A few ids instead of a join, so that `payment_of_merchant` gives rows in order.
    merchants = Merchant.objects.visible_to(actor)
    payments = Payment.objects.visible_to(actor).filter(merchant__in=shops)
    if words := wanted.values.merchant:
        payments = payments.filter(merchant__in=shops_named(words, merchants, actor, wanted))
    if no_slip:
        payments = payments.filter(slip_printed=SlipPrinted.NO)
    try:
        payments = ways.narrowed(payments, wanted.values, actor)
    except ways.NoneOfThatName as unknown:
        wanted.errors["q" if unknown.field in wanted.from_box else unknown.field] = unknown.message
    return payments.none() if wanted.errors else payments


def shops_named(words: str, merchants: QuerySet, actor: Actor, wanted: Wanted) -> list[Merchant]:
    """Those of the own shops that are so called; an error beside its field where none is."""
    found, _has_all = named(words, merchants, actor, most=50)
    if not found:
        place = "q" if "merchant" in wanted.from_box else "merchant"
        wanted.errors[place] = _("您没有叫这个名称的门店")
    return found
