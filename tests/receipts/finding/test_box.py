"""What is typed into the one box, and what it is taken to mean."""

from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from receipts.finding.box import Box
from receipts.finding.wanted import FIELDS, Wanted, holds_a_card_number

NOW = datetime(2026, 11, 24, 15, 40)
pytestmark = pytest.mark.usefixtures("clock")


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("112219420386", {"rrn": "112219420386"}),
        ("１１２２１９４２０３８６", {"rrn": "112219420386"}),
        ("004182", {"code": "004182"}),
        ("凭证号 004182", {"voucher": "004182"}),
        ("授权码：20451A", {"auth": "20451A"}),
        ("尾号4821", {"tail": "4821"}),
        ("4821", {"tail": "4821"}),
        ("65301842", {"terminal": "65301842"}),
        ("20261123", {"day": "2026-11-23"}),
        ("898521058120001", {"merchant": "898521058120001"}),
        ("386.50", {"amount": "386.50"}),
        ("￥1,234.5", {"amount": "¥1,234.5"}),
        ("88元", {"amount": "88元"}),
        ("5000元", {"amount": "5000元"}),
        ("88", {"amount": "88"}),
        ("100-200", {"amount": "100", "amount_to": "200"}),
        ("¥80.00～¥90", {"amount": "¥80.00", "amount_to": "¥90"}),
        ("11-23", {"day": "2026-11-23"}),
        ("11月23日", {"day": "2026-11-23"}),
        ("昨天", {"day": "2026-11-23"}),
        ("11月20日至11月23日", {"day": "2026-11-20", "until": "2026-11-23"}),
        ("小雨文具", {"merchant": "小雨文具"}),
        ("7天 连锁酒店", {"merchant": "7天 连锁酒店"}),
        ("3C88", {"merchant": "3C88"}),
        ("Rain Stationery", {"merchant": "Rain Stationery"}),
        (
            "半山听雨 386.50 11月23日 4821",
            {"merchant": "半山听雨", "amount": "386.50", "day": "2026-11-23", "tail": "4821"},
        ),
        ("2月30日", {"merchant": "2月30日"}),
        ("", {}),
    ],
)
def test_each_shape_is_known(text, fields):
    box = Box(text, NOW)
    assert (box.fields, box.strange) == (fields, [])


@pytest.mark.parametrize("text", ["1234567", "123456789", "1234567890", "12345678901"])
def test_a_number_that_fits_nothing_is_said_at_the_box(text):
    wanted = Wanted.read({"q": text})
    assert list(wanted.errors) == ["q"]
    assert text in wanted.errors["q"]


def test_what_stands_in_a_field_comes_before_the_box():
    values = Wanted.read({"q": "4821 386.50", "tail": "7712"}).values
    assert (values.tail, values.amount) == ("7712", 38650)


def test_what_the_box_meant_is_told():
    wanted = Wanted.read({"q": "4821 100-200元 11月20日至11月23日"})
    assert wanted.understood == ["尾号 4821", "金额 ¥100.00–¥200.00", "11月20日 周五–今天"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"until": "2026-11-20"}, "day"),
        ({"day": "2026-11-20", "until": "2026-11-19"}, "until"),
        ({"amount": "20", "amount_to": "10"}, "amount_to"),
        ({"amount": "-5"}, "amount"),
        ({"voucher": "12a"}, "voucher"),
        ({"auth": "12"}, "auth"),
        ({"terminal": "终端"}, "terminal"),
        ({"tail": "12"}, "tail"),
        ({"rrn": "123"}, "rrn"),
        ({"day": "2026-02-30"}, "day"),
    ],
)
def test_what_cannot_be_read_is_an_error_at_its_field(query, field):
    wanted = Wanted.read(query)
    assert list(wanted.errors) == [field]
    assert wanted.typed[field] == query.get(field, "")


CARD = "6" * 16


@pytest.mark.parametrize(
    "query",
    [
        {"q": CARD},
        {"q": " ".join(["6666"] * 4)},
        {"q": "-".join(["6666"] * 4)},
        {"q": f"小雨 {CARD} 386.50"},
        {"q": "６" * 19},
        {"tail": CARD},
        {"rrn": CARD},
        {"merchant": CARD},
        {"auth": CARD},
    ],
)
def test_a_whole_card_number_is_seen_wherever_it_is_typed(query):
    assert holds_a_card_number(query)


@pytest.mark.parametrize(
    "query",
    [
        {"q": "112219420386 386.50"},
        {"q": "898521058120001 4821"},
        {"q": "4821 7712"},
        {"q": "11月20日至11月23日 112219420386"},
        {"rrn": "112219420386"},
        {"merchant": "898521058120001"},
        {"day": "2026-11-20", "until": "2026-11-23"},
    ],
)
def test_honest_numbers_are_none(query):
    assert not holds_a_card_number(query)


TYPED = st.text("0123456789 .,-~¥元至年月日尾号参考小雨aE\u3000\uff14\u0664\x00%", max_size=20)


@settings(deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.dictionaries(st.sampled_from(FIELDS), TYPED, max_size=4))
def test_whatever_is_typed_is_read_or_is_an_error(query):
    wanted = Wanted.read(query)
    assert set(wanted.errors) <= set(FIELDS)
    holds_a_card_number(query)
    assert isinstance(wanted.understood, list)
    assert wanted.values.days >= 1 or not wanted.values.day or wanted.errors
