"""How the terminal stood when a payment was made, as far as its own payments tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import DateTimeField, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.accounts.actor import Actor
from portal.compiled import CompiledFor, Later
from receipts.models import Payment, Terminal
from receipts.models.payment import SlipCause, SlipPrinted

MINUTES = 10  # before and after
MOST = 100


@dataclass(frozen=True)
class Then:
    terminal_no: str
    words: str


def of(payment: Payment, actor: Actor) -> Then | None:
    """None where no terminal is known. For the institution's people."""
    if payment.terminal is None:
        return None
    around = timedelta(minutes=MINUTES)
    rows = _around(actor.role, actor).all(
        terminal=payment.terminal_id,
        since=payment.occurred_at - around,
        until=payment.occurred_at + around,
    )
    return Then(payment.terminal.terminal_no, _words(rows))


def _words(rows: list[tuple]) -> str:
    number = ngettext("前后 %(m)d 分钟 %(n)d 笔", "前后 %(m)d 分钟 %(n)d 笔", len(rows)) % {
        "m": MINUTES,
        "n": len(rows),
    }
    lost = [cause for printed, cause in rows if printed == SlipPrinted.NO]
    silent = sum(printed == SlipPrinted.UNKNOWN for printed, _cause in rows)
    if lost:
        causes = dict.fromkeys(str(SlipCause(cause).label) for cause in lost if cause)
        why = _("：%(causes)s") % {"causes": _("、").join(causes)} if causes else ""
        state = _("%(n)d 笔没打出小票%(why)s") % {"n": len(lost), "why": why}
    elif silent == len(rows):
        state = _("都没有打印回执")
    elif silent:
        state = _("%(n)d 笔没有打印回执，其余打出了小票") % {"n": silent}
    else:
        state = _("都打出了小票")
    return _("%(number)s，%(state)s。") % {"number": number, "state": state}


def _query(actor: Actor) -> QuerySet:
    payments = Payment.objects.visible_to(actor).filter(
        terminal=Later("terminal", Terminal._meta.pk),
        occurred_at__gte=Later("since", DateTimeField()),
        occurred_at__lte=Later("until", DateTimeField()),
    )
    return payments.order_by().values_list("slip_printed", "slip_cause")[:MOST]


# What the institution's people may see depends on their role alone.
_around = CompiledFor(_query)
