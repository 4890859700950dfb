"""The merchants for the institution's staff: all by number, or those that answer what was typed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import Count

from portal.accounts.actor import Actor
from receipts.merchant_search import named
from receipts.models import Merchant

PAGE = 50


@dataclass(frozen=True)
class Page:
    rows: list[Merchant]
    next: str = ""
    is_near: bool = False  # nothing has all the words: these have most of them
    more: bool = False  # that answer, beyond the page


def merchants_page(actor: Actor, words: str, after: str = "") -> Page:
    """Without words all, by number, page by page; with words the best answers first."""
    merchants = (
        Merchant.objects.visible_to(actor)
        .select_related("organisation")
        .annotate(terminal_count=Count("terminals"))
    )
    if words:
        found, has_all = named(words, merchants, actor, PAGE + 1)
        return Page(found[:PAGE], is_near=not has_all, more=len(found) > PAGE)
    if re.fullmatch(r"[0-9A-Za-z]{1,15}", after):
        merchants = merchants.filter(merchant_no__gt=after)
    rows = list(merchants.order_by("merchant_no")[: PAGE + 1])
    return Page(rows[:PAGE], rows[PAGE - 1].merchant_no if len(rows) > PAGE else "")
