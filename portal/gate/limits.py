"""Limits on look-ups that failed, counted and decided in one step of the database.

Who guesses is slowed down, who owns the card is never locked out: a limit that is reached asks for
one more detail, and answers as if nothing had been found. Every look-up first does its queries,
then comes here. The counters' rows are locked in one order, so of many requests at the same time
each sees the failures counted before it, and nothing is told before it was counted. No cache is
asked: without the database there is no look-up, so nothing fails open.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from django.db import connection, transaction
from django.utils import timezone

from portal.gate import limits_sql
from portal.gate.models import Attempt
from portal.gate.tokens import keyed_hash

HOUR, DAY = 3600, 86_400
HASH_LENGTH = 40  # hex digits, 160 bits


class Asks(IntEnum):
    """What a limit that is reached asks for."""

    DETAIL = 0  # any further detail
    CODE = 1  # an authorisation code or reference: a merchant's name is no proof any more
    PERSON = 2  # nothing helps here: outcome B, which leads to a person


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` failures of `value` in `period` seconds: a sliding window, by two counts.

    `always` counts every attempt, not failures only. The scope `global` is measured against three
    times the usual as well and leads to attack mode.
    """

    scope: str
    value: str
    most: int
    period: int = HOUR
    always: bool = False
    asks: Asks = Asks.DETAIL

    def row(self, failed: bool, now: datetime) -> limits_sql.Row:
        number, seconds = divmod(now.timestamp(), self.period)
        return limits_sql.Row(
            key=_hash("limit", f"{self.scope}:{self.period}:{self.value}"),
            scope=self.scope,
            period_no=int(number),
            elapsed=seconds / self.period,
            increment=int(self.always or failed),
            most=self.most,
            asks=int(self.asks),
        )


@dataclass(frozen=True, slots=True)
class Try:
    """What the decision needs to know of a look-up. The log keeps tail and cell as keyed hashes."""

    tail: str
    cell: str  # amount and ten minutes
    amount_minor: int
    network: str = ""  # address.neighbourhood
    detail: str = ""  # what was given besides: "", "merchant" or "code"
    subject: str = ""  # the one payment that fits, or nothing
    canary: str = ""  # the payment that nobody can know, where that is all that fits


@dataclass(frozen=True, slots=True)
class Decision:
    is_open: bool  # the payment may be shown
    reached: frozenset[str] = frozenset()  # scopes at their limit
    attack: bool = False  # met attack mode
    crossed: bool = False  # this very failure was the one too many in all


def _hash(purpose: str, value: str) -> str:
    return keyed_hash(purpose, value)[:HASH_LENGTH]


def weighs(limit: Limit, now: datetime | None = None) -> tuple[float, bool]:
    """How much weighs on this limit now, and whether there is attack mode; counts nothing."""
    now = now or timezone.now()
    return limits_sql.weighs(limit.row(failed=False, now=now), now)


def counted(limit: Limit, now: datetime | None = None) -> float:
    """How much weighs on this limit now; counts nothing."""
    return weighs(limit, now)[0]


def take(limits: Sequence[Limit], now: datetime | None = None) -> frozenset[str]:
    """Count one more under each of these; the scopes of those that were full before."""
    now = now or timezone.now()
    rows = sorted(limit.row(True, now) for limit in limits)
    return frozenset(limits_sql.count(rows, now))


def decide(attempt: Try, limits: Sequence[Limit], now: datetime | None = None) -> Decision:
    """Count this attempt under every limit, log it, and say whether its payment may be shown."""
    now = now or timezone.now()
    matched = bool(attempt.subject)
    rows = sorted(limit.row(not matched, now) for limit in limits)
    values = {
        "now": now,
        "tail": _hash("tail", attempt.tail),
        "cell": _hash("cell", attempt.cell),
        "bucket": len(str(attempt.amount_minor)),
        "network": attempt.network,
        "detail": attempt.detail,
        "matched": int(matched),
        "subject": attempt.subject,
        "canary": attempt.canary,
        "alarm_due": int(bool(attempt.canary)),
    }
    # One statement on PostgreSQL is a transaction by itself.
    with transaction.atomic() if connection.vendor == "sqlite" else nullcontext():
        outcome, reached = limits_sql.count_and_log(rows, values)
    words = frozenset(reached.split())
    return Decision(
        is_open=outcome == Attempt.Outcome.FOUND,
        reached=words - {"attack", "crossed"},
        attack="attack" in words,
        crossed="crossed" in words,
    )
