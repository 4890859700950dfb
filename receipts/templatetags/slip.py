"""`{% stamp payment %}`: the status as a seal, drawn from outlines cut at set-up; `|dates_whole`:
a date that is not broken at its hyphens."""

import re
from dataclasses import dataclass
from datetime import date

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from receipts.models import Payment, Reversal
from receipts.models.payment import Status

register = template.Library()

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

# The words on the seals stay Chinese in both languages, as on a real seal; the label is translated.
WORDS = {
    Status.SETTLED: "已结算",
    Status.REFUNDED: "已退款",
    Status.PARTLY_REFUNDED: "部分退款",
    Status.VOIDED: "已撤销",
    Status.DECLINED: "未成功",
    Status.AUTHORISED: "处理中",
}
# The drawing's units, as `setup/stamps.py` cuts the glyphs.
GLYPH, TRACKING, SIDE = 30, 4, 16
WORD_BASELINE, WORD_BASELINE_ALONE, DATE_BASELINE = 34.2, 41.2, 49.8
DIGIT_CELL, DOT_CELL = 7.6, 4.4


@register.filter
def dates_whole(text: str) -> SafeString:
    """The text, escaped, with each date in a span that keeps it on one line."""
    whole = DATE.sub(r'<span class="whole">\g<0></span>', conditional_escape(text))
    return mark_safe(whole)  # noqa: S308  digits and hyphens alone went into the span


@dataclass(frozen=True, slots=True)
class Piece:
    """One glyph of the sprite and where its origin stands."""

    id: str
    x: float
    y: float


def date_of(payment: Payment) -> date | None:
    """The day the seal bears: when what it says came true; none while nothing is final."""
    if payment.status == Status.SETTLED:
        return payment.settled_on
    if payment.status in {Status.REFUNDED, Status.PARTLY_REFUNDED, Status.VOIDED}:
        wanted = (
            {Reversal.Kind.VOID, Reversal.Kind.AUTH_CANCEL}
            if payment.status == Status.VOIDED
            else {Reversal.Kind.REFUND}
        )
        times = [r.occurred_at for r in payment.reversals.all() if r.kind in wanted]
        return timezone.localdate(max(times)) if times else None
    if payment.status == Status.DECLINED:
        return timezone.localdate(payment.occurred_at)
    return None


def pieces(text: str, *, start: float, baseline: float, step) -> list[Piece]:
    placed, x = [], start
    for character in text:
        placed.append(Piece(f"u{ord(character):x}", round(x, 2), baseline))
        x += step(character)
    return placed


def _date_step(character: str) -> float:
    return DOT_CELL if character == "." else DIGIT_CELL


@register.inclusion_tag("components/stamp.html")
def stamp(payment: Payment) -> dict:
    status = Status(payment.status)
    word = WORDS[status]
    width = len(word) * GLYPH + (len(word) - 1) * TRACKING + 2 * SIDE
    day = date_of(payment)
    dated = day.strftime("%Y.%m.%d") if day else ""
    baseline = WORD_BASELINE if day else WORD_BASELINE_ALONE
    date_width = sum(map(_date_step, dated))
    return {
        "label": status.label,
        "date": dated,
        "waiting": status == Status.AUTHORISED,
        "width": width,
        "wide": len(word) > 3,
        "word": pieces(word, start=SIDE, baseline=baseline, step=lambda _: GLYPH + TRACKING),
        "digits": pieces(
            dated, start=(width - date_width) / 2, baseline=DATE_BASELINE, step=_date_step
        ),
    }
