"""Killed anywhere, cut off, or two at a time: the end is that of one load left alone.

How many times is KILLS, few here; `make proof` runs this very file two hundred times over.
"""

import os
import random
import time
from itertools import product
from pathlib import Path

import pytest

from receipts.models import ImportFile, Payment, PaymentHistory, PutAside
from tests.receipts.imports import interrupting
from tests.receipts.imports.conftest import as_csv
from tests.receipts.imports.digest import digest, what_is_true
from tests.receipts.imports.interrupting import CHUNK, Day, Given, Loads, emptied

KILLS = int(os.environ.get("KILLS", "3"))
SEED = int(os.environ.get("KILLS_SEED", "2"))
# A load that was over before it was killed proves nothing: on a machine that is less busy by now
# than when the time was taken, try again with less of it.
SOONER = (0.9, 0.7, 0.5, 0.3, 0.1)


@pytest.fixture
def loads(transactional_db, tmp_path):
    with interrupting.loads(tmp_path) as loads:
        yield loads


@pytest.fixture
def days(tmp_path) -> list[Day]:
    return interrupting.days(tmp_path)


class Clean:
    """What a load left alone makes of these files, and how long it takes; found once."""

    def __init__(self, loads: Loads):
        self.loads, self.known = loads, {}

    def __call__(self, *given: Given) -> tuple[dict, float]:
        if given not in self.known:
            emptied()
            took = self.loads.run(*given)
            self.known[given] = digest(), took
            emptied()
        return self.known[given]


def rounds(days: list[Day]):
    """A chance, a day and an order of its two files, as often as there are kills to be made."""
    chance = random.Random(SEED)
    orders = list(product(days, (False, True)))
    for number in range(KILLS):
        day, turned = orders[number % len(orders)]
        yield chance, ((day.two, day.one) if turned else (day.one, day.two))


def test_the_files_have_what_can_go_wrong(loads, days):
    """Else the rest would prove little."""
    for day in days:
        loads.run(day.one, day.two)
    assert PaymentHistory.objects.filter(applied=False).exists()
    assert PutAside.objects.filter(state="waiting").exists()
    assert PutAside.objects.filter(state="solved").exists()
    assert PutAside.objects.filter(reason="differs").exists()
    assert Payment.objects.filter(status="partly_refunded").exists()
    assert ImportFile.objects.filter(disagrees=True).exists()
    assert all(file.read > 3 * CHUNK for file in ImportFile.objects.all())


def test_killed_at_random_moments_and_run_again(loads, days):
    clean, killed = Clean(loads), 0
    for chance, given in rounds(days):
        whole, took = clean(*given)
        for _kill in range(1 + chance.randrange(2)):
            for sooner in SOONER:
                number = loads.start(*given)
                time.sleep(chance.uniform(0, took * sooner))
                if loads.killed(number):
                    killed += 1
                    break
                emptied()
        loads.run(*given)
        assert digest() == whole
        emptied()
    assert killed >= KILLS * 0.8 - 1


def test_one_of_two_loads_of_one_file_is_killed(loads, days):
    clean, killed = Clean(loads), 0
    for chance, given in rounds(days):
        whole, took = clean(*given)
        for sooner in SOONER:
            one, two = loads.start(*given), loads.start(*given)
            time.sleep(chance.uniform(0, took * sooner))
            was_killed = loads.killed(one)
            loads.finish(two)
            assert digest() == whole
            emptied()
            if was_killed:
                killed += 1
                break
    assert killed >= KILLS * 0.8 - 1


def test_cut_off_from_the_database_at_random_moments(loads, days):
    clean, cut, ended_well = Clean(loads), 0, 0
    for chance, given in rounds(days):
        whole, took = clean(*given)
        number = loads.start(*given)
        for _cut in range(1 + chance.randrange(2)):
            time.sleep(chance.uniform(0, took * 0.6))
            cut += interrupting.cut_off(chance)
        ended_well += loads.wait(number) == 0
        loads.run(*given)
        assert digest() == whole
        emptied()
    assert cut >= KILLS * 0.8 - 1
    assert ended_well, "a load never went on by itself"


def test_two_loads_of_one_file_at_the_same_time(loads, days):
    for day in days:
        loads.run(day.one)
        whole = digest()
        emptied()
        loads.finish(loads.start(day.one), loads.start(day.one))
        assert digest() == whole
        assert ImportFile.objects.count() == 1
        emptied()


def test_files_that_overlap_come_to_the_same_in_any_order_and_at_once(loads, tmp_path):
    """Of rows that can all be true. Which file made a payment depends on the order, and whether a
    row was news; what is known of the payments at the end does not."""
    rows = interrupting.true_rows(200, seed=4)
    one, two = overlapping(tmp_path, rows)
    took = loads.run(one, two) / 2
    whole = what_is_true()
    assert whole["payments"]
    assert whole["reversals"]
    emptied()
    loads.run(two, one)
    assert what_is_true() == whole
    chance, killed = random.Random(SEED), 0
    for number in range(max(2, KILLS // 4) + 20):
        if number >= max(2, KILLS // 4) and killed:
            break  # a machine that has grown quicker since `took` may end before its kill
        emptied()
        first, second = loads.start(one), loads.start(two)
        if number % 2:
            time.sleep(chance.uniform(0, took * 0.7))
            killed += loads.killed(first)
            loads.finish(second)
            loads.run(one)
        else:
            loads.finish(first, second)
        assert what_is_true() == whole
        files = list(ImportFile.objects.all())
        assert sum(file.created for file in files) == Payment.objects.count()
        assert [file.state for file in files] == ["done", "done"]
        for file in files:
            assert file.read == file.created + file.updated + file.unchanged + file.put_aside
    assert killed


def overlapping(folder: Path, rows: list[dict]) -> tuple[Given, Given]:
    """Two files of which each has some rows for itself, and those of the middle are in both."""
    one, two = folder / "one.csv", folder / "two.csv"
    one.write_text(as_csv(rows[: len(rows) * 2 // 3]), "utf-8")
    two.write_text(as_csv(rows[len(rows) // 3 :]), "utf-8")
    return ("canonical", one), ("canonical", two)
