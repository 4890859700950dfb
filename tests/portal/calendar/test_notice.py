"""Reading the yearly notice."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from portal.accounts.errors import Invalid
from portal.calendar import notice as reading


def test_it_reads_every_day_as_the_package_has_it(notice):
    read = reading.read(notice)
    assert read.year == 2026
    said = {each.day: each.works for each in read.days}
    for number in range(365):
        day = date(2026, 1, 1) + timedelta(days=number)
        assert said.get(day, day.weekday() < 5) == chinese_calendar.is_workday(day), day
    assert len(said) == 3 + 1 + 9 + 2 + 3 + 5 + 1 + 3 + 3 + 7 + 2


def test_it_names_the_holiday_of_each_day(notice):
    names = {each.day: each.name for each in reading.read(notice).days}
    assert names[date(2026, 2, 14)] == "春节"
    assert names[date(2026, 10, 7)] == "国庆节"


def test_it_reads_across_the_new_year_and_a_single_day(invented):
    days = {each.day: each.works for each in reading.read(invented).days}
    assert days[date(2026, 12, 31)] is False
    assert days[date(2027, 1, 2)] is False
    assert days[date(2027, 1, 3)] is True
    assert days[date(2027, 4, 5)] is False
    assert date(2027, 4, 6) not in days


@pytest.mark.parametrize(
    "change", [("（", "("), ("：", ":"), ("日", "日 "), ("\n", "\r\n"), ("1", "１")]
)
def test_it_does_not_mind_how_it_was_copied(notice, change):
    assert reading.read(notice.replace(*change)) == reading.read(notice)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("2026年", "2027年", "不是周"),  # the text of another year
        ("共9天", "共8天", "9 天"),
        ("4月4日（周六）", "4月31日（周六）", "没有“4月31日"),
        ("5月1日（周五）至", "5月9日（周六）至", "劳动节"),
        ("放假，共3天。\n四", "，共3天。\n四", "清明节：没有读到“放假”"),
        ("10月10日（周六）上班", "9月20日（周日）上班", "说了两次"),
        ("2月15日（农历腊月二十八、周日）至23日", "15日至2月23日", "没有“15日”"),
    ],
)
def test_it_says_what_does_not_agree(notice, old, new, told):
    assert old in notice.replace("\n部分", "部分")
    text = notice.replace("\n部分", "部分").replace(old, new, 1)
    with pytest.raises(Invalid) as refused:
        reading.read(text)
    assert refused.value.field == "text"
    assert told in refused.value.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "放假",
        "2026年部分节假日安排",
        "一、元旦：1月1日放假1天",
        "x" * 20_001,
        "2026年部分节假日安排一、元旦:至放假",
    ],
)
def test_it_refuses_what_is_no_notice(text):
    with pytest.raises(Invalid):
        reading.read(text)
