"""Tail, amount and minute → one payment, or "one more detail, please".

The three facts are a search key, not a secret: whoever stood in the queue knows two of them.
So there are two outcomes only, and the second never says why.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from receipts import lookup_sql
from receipts.lookup_sql import Match
from receipts.models.payment import Status


@dataclass(frozen=True)
class Facts:
    """What the customer knows. `moment` is an aware datetime, exact to the minute; the last three
    are further details, any of them may be empty.
    """

    card_tail: str
    amount_minor: int
    moment: datetime
    merchant_name: str = ""
    auth_code: str = ""
    rrn: str = ""


@dataclass(frozen=True)
class Found:
    """`payment` is its id."""

    payment: UUID


@dataclass(frozen=True)
class MoreDetail:
    """None, several, crowded, a canary: the page must not know which. `canary` is for the log."""

    canary: str = ""


def find(facts: Facts) -> Found | MoreDetail:
    """Exactly one payment in a cell that is not crowded, or `MoreDetail`.

    The crowd is counted whatever fits, so that every answer costs the same work. A canary
    (receipts.canaries) never stands in a real payment's way, and where it is all that fits the
    answer is that of nothing.
    """
    found = lookup_sql.look_up(
        facts.card_tail,
        facts.amount_minor,
        *_window(facts),
        at_merchant=bool(facts.merchant_name),
        most=settings.LOOKUP_CROWD_LIMIT + 1,
    )
    fitting = _fitting(found, facts)
    matches = [match for match in fitting if not match.is_canary]
    only = matches[0] if len(matches) == 1 else None
    if only is None or _is_crowded(only, facts):
        return MoreDetail(str(fitting[0].pk) if fitting and not matches else "")
    return Found(only.pk)


def _window(facts: Facts) -> tuple[datetime, datetime]:
    tolerance = timedelta(minutes=settings.LOOKUP_TOLERANCE_MINUTES)
    return facts.moment - tolerance, facts.moment + timedelta(minutes=1) + tolerance


def _fitting(found: list[Match], facts: Facts) -> list[Match]:
    """Those that fit every further detail. An attempt that failed gives way to the one that went
    through.
    """
    fitting = [match for match in found if _fits(match, facts)]
    return [match for match in fitting if match.status != Status.DECLINED] or fitting


def _is_crowded(only: Match, facts: Facts) -> bool:
    """More than the limit paid that amount in the window, whatever their tails; with a merchant's
    name they were counted there. An authorisation code or reference leaves no crowd to hide in. The
    few canaries count too: to leave them out, each row would have to be read.
    """
    return only.crowd > settings.LOOKUP_CROWD_LIMIT and not facts.auth_code and not facts.rrn


def _fits(match: Match, facts: Facts) -> bool:
    return (
        (not facts.auth_code or match.auth_code.upper() == facts.auth_code.upper())
        and (not facts.rrn or match.rrn == facts.rrn)
        and (not facts.merchant_name or _is_named(match, facts.merchant_name))
    )


# What banks and wallets write before or after a shop's name.
_PREFIXES = re.compile(r"^(财付通|微信支付|微信|支付宝|云闪付|银联|美团|抖音支付)[-—:：*·\s]*")
_NOISE = re.compile(r"[\W_]+")
_ALIKE = 4  # so many characters in a row are no accident


def _is_named(match: Match, written: str) -> bool:
    return _same_name(written, match.merchant_name, match.merchant_name_en)


def same_merchant(written: str, merchant) -> bool:
    """Whether `written` may be this merchant's name."""
    return _same_name(written, merchant.name, merchant.name_en)


def _same_name(written: str, *names: str) -> bool:
    """A name as a bank message writes it: a part, cut off, behind a wallet's prefix, with the
    city in front. At least two characters.
    """
    needle = _plain(written)
    return len(needle) >= 2 and any(
        needle in name or name in needle or _common_run(needle, name) >= _ALIKE
        for name in map(_plain, names)
        if name
    )


def merchant_key(written: str) -> str:
    """What the ways of writing one name have in common, to count tries by."""
    return _plain(written)[:_ALIKE]


def _plain(name: str) -> str:
    name = unicodedata.normalize("NFKC", name).strip()
    return _NOISE.sub("", _PREFIXES.sub("", name)).casefold()


def _common_run(one: str, other: str) -> int:
    """Length of the longest run of characters that both have."""
    best, row = 0, [0] * (len(other) + 1)
    for a in one:
        row = [0] + [row[j] + 1 if a == b else 0 for j, b in enumerate(other)]
        best = max(best, *row)
    return best
