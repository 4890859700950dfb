"""Whatever stands in a file of whatever format: no traceback, no row counted twice or lost.

A few files, the same each time; tests/proof/ has ten thousand.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.receipts.imports import any_file

FILES = 25  # of each format


@pytest.mark.parametrize("sample", any_file.FORMATS, ids=lambda sample: sample.format)
def test_any_file_is_counted_to_the_last_row(db, clock, tmp_path, sample):
    @settings(
        max_examples=FILES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(any_file.rows_of(sample), st.integers(0, 3), st.integers(0, 10**6))
    def check(rows, times, seed):
        any_file.holds(sample, rows, times, seed, tmp_path)

    check()
