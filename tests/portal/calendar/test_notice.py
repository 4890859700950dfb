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


def of(sentence: str) -> list[tuple[date, bool]]:
    read = reading.read(f"2027年部分节假日安排\n一、某节：{sentence}")
    return [(each.day, each.works) for each in read.days]


def test_a_holiday_has_a_month_at_most_and_ends_after_it_begins():
    january = [(date(2027, 1, 1) + timedelta(days=number), False) for number in range(31)]
    assert of("1月1日至31日放假，共31天。") == january
    assert of("1月1日至31日放假。") == january
    assert of("1月1日放假。") == january[:1]
    for wrong in ("1月1日至2月1日放假。", "1月2日至1日放假。", "1月3日至1日放假。"):
        with pytest.raises(Invalid, match="天"):
            of(wrong)


@pytest.mark.parametrize(
    "sentence", ["1月1日至2日至3日放假。", "1月1日、2日放假。", "1月1日至放假。", "至放假。"]
)
def test_it_does_not_guess_from_when_to_when(sentence):
    with pytest.raises(Invalid, match="没有读懂"):
        of(sentence)


def test_only_what_is_named_before_the_word_is_worked():
    assert of("1月1日放假。1月2日、3日上班，1月4日照常。") == [
        (date(2027, 1, 1), False),
        (date(2027, 1, 2), True),
        (date(2027, 1, 3), True),
    ]
    assert of("1月1日放假。1月2日照常。") == [(date(2027, 1, 1), False)]


def test_it_says_which_weekday_the_text_had():
    assert of("1月1日（星期五）放假。") == of("1月1日（周五）放假。") == of("1月1日放假。")
    assert of("1月3日（星期天）放假。") == of("1月3日（周日）放假。")
    with pytest.raises(Invalid, match="2027-01-01 不是周六"):
        of("1月1日（周六）放假。")


def test_a_notice_is_no_book(notice):
    assert reading.read(notice.ljust(20_000)) == reading.read(notice)
    with pytest.raises(Invalid, match="太长"):
        reading.read(notice.ljust(20_001))


def test_what_is_read_is_in_the_order_of_its_days(notice):
    days = [each.day for each in reading.read(notice).days]
    assert days == sorted(days)
