"""What a customer may type into the look-up, and what it is taken for."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict

from receipts.lookup_form import (
    LookupForm,
    Unreadable,
    read_amount,
    read_date,
    read_tail,
    read_time,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=SHANGHAI)
COMPLETE = {"card_tail": "4821", "amount": "386.50", "date": "2026-11-22", "time": "19:42"}


@pytest.mark.parametrize(
    "typed",
    ["4821", "４８２１", " 48 21 ", "**** 4821", "****4821", "尾号4821", "xxxx-4821", "48.21x"],
)
def test_it_reads_a_tail_however_it_is_written(typed):
    assert read_tail(typed) == "4821"


@pytest.mark.parametrize("typed", ["", "48a1", "482", "48211", "١٢٣٤", "四八二一", "****"])
def test_it_refuses_what_is_no_tail(typed):
    with pytest.raises(Unreadable):
        read_tail(typed)


def test_a_whole_card_number_is_refused_and_not_kept():
    whole = "62" + "0" * 13 + "1"
    form = LookupForm.read(COMPLETE | {"card_tail": whole}, NOW)
    assert form.facts is None
    assert "后四位" in form.errors["card_tail"]
    assert whole not in repr(form)


def test_a_whole_card_number_in_another_field_is_not_kept_either():
    whole = "62" + "0" * 13 + "1"
    form = LookupForm.read(COMPLETE | {"rrn": whole}, NOW)
    assert form.errors.keys() == {"rrn"}
    assert whole not in repr(form)


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("386.50", 38650),
        ("386.5", 38650),
        ("386", 38600),
        ("386.", 38600),
        ("¥386.50", 38650),
        ("￥386.50", 38650),
        ("386.50元", 38650),
        ("1,234.50", 123450),
        ("1，234.50", 123450),
        ("３８６．５０", 38650),
        ("386。50", 38650),
        ("0.01", 1),
        ("RMB 12", 1200),
    ],
)
def test_it_reads_an_amount_however_it_is_written(typed, fen):
    assert read_amount(typed) == fen


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "0",
        "-0.00",
        "-5",
        "1e3",
        "12.345",
        "1.234,50",
        "12,5",
        "abc",
        "(12.00)",
        "9" * 15,
        "٣٨٦",
    ],
)
def test_it_refuses_what_is_no_amount(typed):
    with pytest.raises(Unreadable):
        read_amount(typed)


@pytest.mark.parametrize(
    "typed",
    ["14:05", "14：05", "1405", "14点05分", "14.05", "14:05:33", "下午2:05", "2:05 PM", "14时05分"],
)
def test_it_reads_a_time_however_it_is_written(typed):
    assert read_time(typed).strftime("%H:%M") == "14:05"


@pytest.mark.parametrize("typed", ["", "25:00", "14:60", "noon", "5", "14-05"])
def test_it_refuses_what_is_no_time(typed):
    with pytest.raises(Unreadable):
        read_time(typed)


@pytest.mark.parametrize(
    "typed",
    ["2026-11-20", "2026/11/20", "2026.11.20", "20261120", "2026年11月20日", "11月20日", "11-20"],
)
def test_it_reads_a_date_however_it_is_written(typed):
    assert read_date(typed, NOW).isoformat() == "2026-11-20"


def test_a_date_without_a_year_is_the_latest_such_day():
    assert read_date("12月24日", NOW).isoformat() == "2025-12-24"


@pytest.mark.parametrize(
    "typed",
    ["2026-02-31", "2025-02-29", "2026-13-01", "yesterday", "20-11", "0001-01-01", "9999-12-31"],
)
def test_it_refuses_what_is_no_date(typed):
    with pytest.raises(Unreadable):
        read_date(typed, NOW)


def test_four_fields_are_a_complete_look_up():
    facts = LookupForm.read(COMPLETE, NOW).facts
    assert (facts.card_tail, facts.amount_minor) == ("4821", 38650)
    assert facts.moment == datetime(2026, 11, 22, 19, 42, tzinfo=SHANGHAI)


def test_an_iso_date_wins_over_any_other_control():
    data = QueryDict(
        "card_tail=4821&amount=1&time=09:00&date=other&date=2026-11-20&other_date=2026-11-01"
    )
    assert LookupForm.read(data, NOW).facts.moment.day == 20


def test_the_other_date_counts_when_other_is_chosen():
    data = QueryDict("card_tail=4821&amount=1&time=09:00&date=other&other_date=2026-11-01")
    assert LookupForm.read(data, NOW).facts.moment.day == 1


def test_a_moment_to_come_is_an_error_at_the_time():
    form = LookupForm.read(COMPLETE | {"date": "2026-11-23", "time": "15:30"}, NOW)
    assert form.errors.keys() == {"time"}


def test_a_day_to_come_is_an_error_at_the_date():
    form = LookupForm.read(COMPLETE | {"date": "2026-11-24"}, NOW)
    assert form.errors.keys() == {"date"}


def test_every_field_says_what_it_lacks_and_the_others_are_kept():
    form = LookupForm.read({"amount": "386.50"}, NOW)
    assert form.errors.keys() == {"card_tail", "date", "time"}
    assert form.values["amount"] == "386.50"


def test_what_is_far_too_long_is_cut():
    form = LookupForm.read(COMPLETE | {"merchant_name": "长" * 100_000}, NOW)
    assert len(form.values["merchant_name"]) <= 120
