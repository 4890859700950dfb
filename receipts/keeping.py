"""Payments and slips, for as long as the law wants them kept and no longer (portal.erasure)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.erasure import erasing, keepers
from portal.erasure.keepers import Class
from receipts.models import Payment, PaymentHistory, Reversal, SlipIssue

# A slip that was asked for lately, or a refund that came lately: the payment is still in use.
STILL_USED = timedelta(days=366)

# An upper floor's: (rows that still speak of the payment OuterRef("pk"), what it does as payments
# go). It is called in the same transaction, with the payments' ids.
_users: list[tuple[Callable[[], QuerySet], Callable[[list], None]]] = []


def ask_first(speaking_of: Callable[[], QuerySet], as_they_go: Callable[[list], None]) -> None:
    """In `AppConfig.ready`."""
    _users.append((speaking_of, as_they_go))


def register() -> None:
    keepers.register_class(
        Class(
            "transactions",
            _("交易和小票"),
            _("《反洗钱法》（2024）第 34 条：自交易起 10 年"),
            lambda before: _older(before).count(),
            _let_go,
        )
    )


def _older(before: datetime) -> QuerySet:
    """None that an upper floor still speaks of: it goes after that thing's own period."""
    lately = before + timedelta(days=10 * 365) - STILL_USED
    slips = SlipIssue.objects.filter(payment=OuterRef("pk"), issued_at__gte=lately)
    refunds = Reversal.objects.filter(payment=OuterRef("pk"), occurred_at__gte=before)
    used = [~Exists(speaking_of()) for speaking_of, _as_they_go in _users]
    return Payment.with_canaries.filter(
        ~Exists(slips), ~Exists(refunds), *used, occurred_at__lt=before
    )


def _let_go(before: datetime, most: int) -> int:
    ids = list(_older(before).order_by("occurred_at").values_list("pk", flat=True)[:most])
    slips = SlipIssue.objects.filter(payment__in=ids)
    erasing.leave(list(slips.exclude(file="").values_list("file", flat=True)))
    for rows in (slips, Reversal.objects, PaymentHistory.objects):
        rows.filter(payment__in=ids).delete()
    for _speaking_of, as_they_go in _users:
        as_they_go(ids)
    Payment.with_canaries.filter(pk__in=ids).delete()
    return len(ids)
