"""Ten thousand files of broken rows over every shipped format (FILES=n for another number).

Each run makes other files; what fails is shrunk to its smallest and printed with its seed.
"""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.receipts.imports import any_file

FILES = int(os.environ.get("FILES", "10000"))


@pytest.mark.parametrize("sample", any_file.FORMATS, ids=lambda sample: sample.format)
def test_any_file_is_counted_to_the_last_row(db, clock, tmp_path, sample):
    @settings(
        max_examples=max(1, FILES // len(any_file.FORMATS)),
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(any_file.rows_of(sample), st.integers(0, 3), st.integers(0, 10**6))
    def check(rows, times, seed):
        any_file.holds(sample, rows, times, seed, tmp_path)

    check()
