"""Is this account's day like its days? Five rules, each with its figure, what is usual, and words.

No model and no score: a supervisor must be able to say why. Held against the account's own last
four weeks by median and median absolute deviation, which one odd day does not move (Hampel 1974);
for few counts the spread is at least that of chance (the root of the median).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

WEEKS = 4
DAYS_KNOWN = 5  # so many worked days say what is usual
DAYS_KNOWN_BY_HOUR = 10
SPREADS = 6.0  # so many above the median are no busy day
TIMES = 2.0  # and at least so many times the median
MAD_TO_SIGMA = 1.4826
# Below these nothing is told: few of anything are nobody's harvest.
LEAST = {"number": 40, "idle": 30, "merchants": 25, "listed": 300, "hours": 10}
# Of an account without enough days.
NEW = {"number": 120, "idle": 80, "merchants": 60, "listed": 300}
DAYTIME = frozenset(range(6, 22))  # o'clock


@dataclass(frozen=True)
class Day:
    """What an account opened, and was shown in lists, on one day of the calendar."""

    number: int = 0  # different payments and cases
    idle: int = 0  # of these cases: neither given to it nor worked on by it
    merchants: int = 0  # to how many merchants they belong
    listed: int = 0  # lines of what it searched for
    by_hour: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Unusual:
    """`figure` against `usual` ± `spread`, of `days` worked; `rule` is one of LEAST."""

    rule: str
    figure: int
    usual: float | None = None
    spread: float | None = None
    days: int = 0
    hours: tuple[int, ...] = ()


def spread_of(figures: Sequence[int]) -> tuple[float, float]:
    """Median and robust spread."""
    middle = median(figures)
    deviation = median(abs(figure - middle) for figure in figures)
    return middle, max(MAD_TO_SIGMA * deviation, math.sqrt(middle), 1.0)


def unusual(today: Day, before: Iterable[Day]) -> list[Unusual]:
    """What is out of pattern today; `before` are the days of the last four weeks."""
    before = list(before)
    opened = [day for day in before if day.number]
    found = [_above(rule, today, opened) for rule in ("number", "idle", "merchants")]
    found.append(_above("listed", today, [day for day in before if day.listed]))
    found.append(_strange_hours(today, opened))
    return [each for each in found if each is not None]


def _above(rule: str, today: Day, worked: list[Day]) -> Unusual | None:
    figure = getattr(today, rule)
    if len(worked) < DAYS_KNOWN:
        return Unusual(rule, figure, days=len(worked)) if figure >= NEW[rule] else None
    usual, spread = spread_of([getattr(day, rule) for day in worked])
    if figure < LEAST[rule] or figure <= usual + SPREADS * spread or figure < TIMES * usual:
        return None
    return Unusual(rule, figure, usual, spread, len(worked))


def _strange_hours(today: Day, worked: list[Day]) -> Unusual | None:
    """Hours in which, and beside which, it never worked; daytime is not strange to a newcomer."""
    known = {
        (hour + beside) % 24 for day in worked for hour in day.by_hour for beside in (-1, 0, 1)
    }
    if len(worked) < DAYS_KNOWN_BY_HOUR:
        known |= DAYTIME
    strange = tuple(sorted(hour for hour in today.by_hour if hour not in known))
    figure = sum(today.by_hour[hour] for hour in strange)
    if figure < LEAST["hours"]:
        return None
    return Unusual("hours", figure, days=len(worked), hours=strange)
