"""Finding a payment for the staff: every way in stands on an index, never more than 50 rows.

A day alone is no way in (nothing is indexed by day across all merchants, and nobody needs the
first 50 of 200,000 payments): it narrows one of the others.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.actor import Actor
from receipts.lookup_form import Unreadable, read_amount, read_date, read_tail
from receipts.merchant_search import named
from receipts.models import Merchant, Payment
from receipts.panel.payments import day_bounds, of_tail

FIELDS = ("merchant", "day", "tail", "rrn", "amount")
LIMIT = 50
MERCHANTS = 12


@dataclass
class Search:
    """What was typed, what is wrong with it, what it found."""

    typed: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    payments: list[Payment] = field(default_factory=list)
    merchants: list[Merchant] = field(default_factory=list)  # several of that name: choose
    more: bool = False
    rows: QuerySet | None = None  # what is asked of the database

    @property
    def asked(self) -> bool:
        return any(self.typed.values())

    @property
    def others(self) -> list[tuple[str, str]]:
        """What was typed beside the merchant, for choosing one."""
        return [(name, text) for name, text in self.typed.items() if text and name != "merchant"]

    def read[T](self, name: str, reader: Callable[[str], T]) -> T | None:
        """The field's value; None where it is empty or unreadable (then its error is kept)."""
        if not self.typed[name]:
            return None
        try:
            return reader(self.typed[name])
        except Unreadable as error:
            self.errors[name] = str(error)
            return None


def run(query, actor: Actor) -> Search:
    search = Search({name: query.get(name, "").strip()[:80] for name in FIELDS})
    if not search.asked:
        return search
    narrowed, ways = Payment.objects.visible_to(actor), 0
    if tail := search.read("tail", read_tail):
        narrowed, ways = narrowed.filter(of_tail(tail)), ways + 1
    if rrn := search.read("rrn", read_rrn):
        narrowed, ways = narrowed.filter(rrn=rrn), ways + 1
    if amount := search.read("amount", read_amount):
        narrowed, ways = narrowed.filter(amount_minor=amount), ways + 1
    if day := search.read("day", lambda text: read_date(text, timezone.localtime())):
        start, end = day_bounds(day)
        narrowed = narrowed.filter(occurred_at__gte=start, occurred_at__lt=end)
    if words := search.typed["merchant"]:
        shops = merchants_named(words, actor)
        if len(shops) == 1:
            narrowed, ways = narrowed.filter(merchant=shops[0]), ways + 1
        elif shops:
            search.merchants = shops
        else:
            search.errors["merchant"] = _("没有这个名称或编号的商户")
    if search.errors or search.merchants:
        return search
    if not ways:
        search.errors["day"] = _("只有日期太宽了，请再填一项：商户、尾号、参考号或金额")
        return search
    rows = narrowed.select_related("merchant", "terminal").order_by("-occurred_at", "-pk")
    search.rows = rows[: LIMIT + 1]
    found = list(search.rows)
    search.payments, search.more = found[:LIMIT], len(found) > LIMIT
    return search


def read_rrn(text: str) -> str:
    """12 digits or letters; spaces and full-width digits are read too."""
    plain = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if not re.fullmatch(r"[0-9A-Z]{12}", plain):
        raise Unreadable(_("参考号是 12 位"))
    return plain


def merchants_named(words: str, actor: Actor) -> list[Merchant]:
    """The one merchant of that number or exact name; else those that answer the words best."""
    return named(words, Merchant.objects.visible_to(actor), actor, MERCHANTS)[0]
