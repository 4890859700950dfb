"""2,000 lives of a case, 50 steps each, none unlike the slow model (LIVES=n for another number)."""

import os

from tests.disputes import workflow
from tests.disputes.test_workflow import people

LIVES = int(os.environ.get("LIVES", "2000"))

__all__ = ["people"]


def test_no_life_of_a_case_is_unlike_the_model(open_case, people):
    workflow.holds(open_case, people, runs=LIVES, steps=50)
