"""What a narrow row of the queue says."""

from datetime import timedelta

import pytest

from disputes.desk.rows import mark_of, roughly


@pytest.mark.parametrize(
    ("name", "mark"), [("小陶", "陶"), ("陶然", "陶"), ("Tao", "T"), ("小", "小"), ("", "")]
)
def test_an_owner_is_one_character(name, mark):
    assert mark_of(name) == mark


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(5, "5 分钟"), (59, "59 分钟"), (61, "1 小时"), (29 * 60, "29 小时"), (50 * 60, "2 天")],
)
def test_lateness_is_told_in_its_largest_unit(minutes, words):
    assert roughly(timedelta(minutes=minutes)) == words
