"""Whether two samples of times can come from one source: Kolmogorov and Smirnov's test, in full.

D is the largest distance between the two empirical distributions; its asymptotic p is Kolmogorov's
series. Many pairs at once are judged after Holm, so that 1 % holds for all together.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import combinations
from math import exp, sqrt
from typing import NamedTuple


class Pair(NamedTuple):
    one: str
    other: str
    distance: float
    p: float


def distance(one: Sequence[float], other: Sequence[float]) -> float:
    """The two-sample statistic D; equal values are stepped over together."""
    a, b = sorted(one), sorted(other)
    return max(
        abs(bisect_right(a, value) / len(a) - bisect_right(b, value) / len(b)) for value in {*a, *b}
    )


def significance(d: float, n: int, m: int) -> float:
    """The asymptotic p of a distance `d` between samples of `n` and `m`, with Stephens' correction
    for finite samples."""
    effective = sqrt(n * m / (n + m))
    x = (effective + 0.12 + 0.11 / effective) * d
    if x < 0.2:  # the series converges slowly there, to 1
        return 1.0
    total = sum((-1) ** (k - 1) * exp(-2 * k * k * x * x) for k in range(1, 101))
    return min(1.0, max(0.0, 2 * total))


def pairs(samples: Mapping[str, Sequence[float]]) -> list[Pair]:
    """Every pair, the most different first."""
    found = []
    for one, other in combinations(samples, 2):
        d = distance(samples[one], samples[other])
        found.append(Pair(one, other, d, significance(d, len(samples[one]), len(samples[other]))))
    return sorted(found, key=lambda pair: pair.p)


def told_apart(ordered: Sequence[Pair], level: float = 0.01) -> list[Pair]:
    """The pairs that Holm's procedure calls different at `level` for all of them together."""
    different = []
    for rank, pair in enumerate(ordered):
        if pair.p > level / (len(ordered) - rank):
            break
        different.append(pair)
    return different
