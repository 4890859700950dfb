"""The merchants, by name, for the institution's staff."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import Count, Q

from portal.accounts.actor import Actor
from receipts.models import Merchant

PAGE = 50


@dataclass(frozen=True)
class Page:
    rows: list[Merchant]
    next: str


def merchants_page(actor: Actor, words: str, after: str = "") -> Page:
    """Those whose name or number holds the words (all without words), by number."""
    merchants = Merchant.objects.visible_to(actor).select_related("organisation")
    if words:
        merchants = merchants.filter(
            Q(name__icontains=words)
            | Q(name_en__icontains=words)
            | Q(merchant_no__startswith=words)
        )
    if re.fullmatch(r"[0-9A-Za-z]{1,15}", after):
        merchants = merchants.filter(merchant_no__gt=after)
    rows = list(
        merchants.annotate(terminal_count=Count("terminals")).order_by("merchant_no")[: PAGE + 1]
    )
    return Page(rows[:PAGE], rows[PAGE - 1].merchant_no if len(rows) > PAGE else "")
