"""Finding payments for the staff: every search stands on an index, page by page, or is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal.accounts.actor import Actor
from receipts.finding import page, record, ways
from receipts.finding.page import Page
from receipts.finding.wanted import Wanted
from receipts.merchant_search import named
from receipts.models import Merchant, Payment

PAGE = 50
MERCHANTS = 12


@dataclass
class Search:
    """What was asked, what is wrong with it, what it found."""

    wanted: Wanted
    page: Page = field(default_factory=lambda: Page([], ""))
    merchants: list[Merchant] = field(default_factory=list)  # several of that name: choose
    rows: QuerySet[Payment] | None = None  # what is asked of the database
    way: str = ""

    @property
    def payments(self) -> list[Payment]:
        return self.page.rows

    @property
    def others(self) -> list[tuple[str, str]]:
        """What was asked beside the merchant, for choosing one: the box's words among them."""
        typed = self.wanted.typed
        told = {name: getattr(self.wanted.values, name) for name in self.wanted.from_box}
        amounts = {n: f"{told[n] / 100:.2f}" for n in ("amount", "amount_to") if n in told}
        days = {n: told[n].isoformat() for n in ("day", "until") if n in told}
        code = {"q": told["code"]} if "code" in told else {}
        given = typed | {"q": ""} | told | amounts | days | code
        return [(n, v) for n, v in given.items() if v and n not in {"merchant", "code"}]


def run(query: Mapping, actor: Actor, after: str = "") -> Search:
    wanted = Wanted.read(query)
    search = Search(wanted)
    if not wanted.asked:
        return search
    payments = Payment.objects.visible_to(actor)
    if words := wanted.values.merchant:
        payments = _of_merchant(search, payments, words, actor)
    if not wanted.errors:
        payments = _narrowed(search, payments, actor)
    if wanted.errors or search.merchants:
        return search
    search.rows = page.ordered(payments, after)[: PAGE + 1]
    search.page = page.page(payments.select_related("merchant", "terminal"), PAGE, after)
    if not after:
        record.note(wanted, actor, len(search.payments), is_more=bool(search.page.next))
    return search


def _of_merchant(search: Search, payments: QuerySet, words: str, actor: Actor) -> QuerySet:
    shops, _has_all = named(words, Merchant.objects.visible_to(actor), actor, MERCHANTS)
    wanted = search.wanted
    if len(shops) == 1:
        return payments.filter(merchant=shops[0])
    search.merchants = shops
    if not shops:
        place = "q" if "merchant" in wanted.from_box else "merchant"
        wanted.errors[place] = _("没有这个名称或编号的商户")
    return payments


def _narrowed(search: Search, payments: QuerySet, actor: Actor) -> QuerySet:
    wanted = search.wanted
    try:
        search.way = ways.of(wanted.values).name
        return ways.narrowed(payments, wanted.values, actor)
    except ways.TooWide as wide:
        wanted.errors["until" if wanted.values.until else "day"] = wide.message
    except ways.NoneOfThatName as unknown:
        wanted.errors["q" if unknown.field in wanted.from_box else unknown.field] = unknown.message
    return payments
