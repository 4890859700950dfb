"""Times as people say them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from portal import moments
from portal.site.templatetags.portal import clock, dated, day, duration, masked

NOW = datetime(2026, 11, 23, 15, 40, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("shift", "chinese", "english"),
    [
        ({"minutes": -95}, "今天 14:05", "today 14:05"),
        ({"days": -1}, "昨天 15:40", "yesterday 15:40"),
        ({"days": 1}, "明天 15:40", "tomorrow 15:40"),
        ({"days": 2}, "11月25日 周三 15:40", "Wed 25 Nov, 15:40"),
        ({"days": -400}, "2025年10月19日 周日 15:40", "Sun 19 Oct 2025, 15:40"),
    ],
)
def test_a_near_day_has_its_name_and_another_its_date(shift, chinese, english):
    at = NOW + timedelta(**shift)
    assert moments.clock(at, NOW) == chinese
    with translation.override("en"):
        assert moments.clock(at, NOW) == english


def test_the_day_is_that_of_shanghai():
    """16:00 UTC is midnight there."""
    at = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    assert moments.clock(at, NOW) == "明天 00:00"
    assert moments.clock(at - timedelta(minutes=1), NOW) == "今天 23:59"


@pytest.mark.parametrize(
    ("span", "chinese", "english"),
    [
        (timedelta(hours=3, minutes=12), "3 小时 12 分", "3 h 12 min"),
        (timedelta(hours=21), "21 小时", "21 hours"),
        (timedelta(minutes=48, seconds=59), "48 分钟", "48 minutes"),
        (timedelta(seconds=30), "0 分钟", "0 minutes"),
        (timedelta(minutes=1), "1 分钟", "1 minute"),
        (timedelta(days=3, hours=4, minutes=5), "3 天 4 小时", "3 days 4 h"),
        (timedelta(days=15), "15 天", "15 days"),
        (timedelta(hours=47, minutes=59), "47 小时 59 分", "47 h 59 min"),
        (timedelta(minutes=-5), "0 分钟", "0 minutes"),
    ],
)
def test_a_length_is_said_in_the_two_largest_units(span, chinese, english):
    assert duration(span) == chinese
    with translation.override("en"):
        assert duration(span) == english


def test_a_moment_carries_the_exact_one():
    drawn = clock(NOW)
    assert 'datetime="2026-11-23T15:40:00+08:00"' in drawn
    assert 'title="2026-11-23 15:40:00"' in drawn


def test_what_stays_true_does_not_say_today():
    assert "11月23日 周一 15:40" in dated(NOW)


def test_a_date_is_a_day():
    assert day(date(2020, 2, 29)) == '<time datetime="2020-02-29">2020年2月29日 周六</time>'
    assert day(None) == clock(None) == ""


def test_a_card_is_its_tail():
    assert masked("4821") == "**** 4821"
    assert masked("") == "****"
