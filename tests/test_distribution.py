"""The test of Kolmogorov and Smirnov in bench/distribution.py, against known values."""

import random

import pytest

from bench import distribution


def test_the_distance_is_that_of_the_two_staircases():
    assert distribution.distance([1, 2, 3, 4], [1, 2, 3, 4]) == 0
    assert distribution.distance([1, 2], [3, 4]) == 1
    assert distribution.distance([1, 2, 3, 4], [3, 4, 5, 6]) == 0.5
    assert distribution.distance([1, 1, 1, 2], [1, 2, 2, 2]) == 0.5


@pytest.mark.parametrize(("x", "p"), [(1.22385, 0.1), (1.35810, 0.05), (1.62762, 0.01)])
def test_its_significance_is_kolmogorovs(x, p):
    """The critical values of the limit distribution, as tables give them."""
    n = 10**8
    assert distribution.significance(x / (n / 2) ** 0.5, n, n) == pytest.approx(p, rel=1e-3)


def test_ten_groups_of_one_source_are_one_and_a_shifted_one_is_found():
    chance = random.Random(2)
    samples = {f"{each}": [chance.gauss(10, 1) for _ in range(400)] for each in range(10)}
    assert distribution.told_apart(distribution.pairs(samples)) == []
    samples["late"] = [chance.gauss(10.5, 1) for _ in range(400)]
    apart = distribution.told_apart(distribution.pairs(samples))
    assert len(apart) == 10
    assert all("late" in (pair.one, pair.other) for pair in apart)
