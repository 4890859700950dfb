import pytest

from disputes import contact
from disputes.errors import Invalid


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13800138000", "13800138000"),
        (" 138 0013 8000 ", "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("+86 138 0013 8000", "13800138000"),
        ("+8613800138000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("＋８６　１３８００１３８０００", "13800138000"),
        ("+44 7700 900123", "+447700900123"),
        ("+852 5123 4567", "+85251234567"),
    ],
)
def test_a_mobile_number_has_one_form(typed, kept):
    assert contact.normalise("mobile", typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "12800138000", "1380013800", "138001380000", "07700900123", "+86 12345", "+0123456789",
     "one three eight", "13800138000\n13900139000", "+8602787654321", "١٣٨٠٠١٣٨٠٠٠x"],
)  # fmt: skip
def test_what_is_no_mobile_number_is_refused(typed):
    with pytest.raises(Invalid) as error:
        contact.normalise("mobile", typed)
    assert error.value.field == "contact"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("li@example.com", "li@example.com"),
        ("  Li.Lei@Example.COM ", "Li.Lei@example.com"),
        ("ｌｉ＠ｅｘａｍｐｌｅ．ｃｏｍ", "li@example.com"),
    ],
)
def test_an_address_keeps_its_name_and_lowers_its_domain(typed, kept):
    assert contact.normalise("email", typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "li", "li@", "@example.com", "li@example", "a b@example.com", "li@example.com, x@y.cn",
     "li@example.com\nBcc: x@example.com", "li@example.com\r\nSubject: hello",
     "li@example.com%0aBcc:x@example.com", f"{'l' * 250}@example.com"],
)  # fmt: skip
def test_what_is_no_address_or_more_than_one_is_refused(typed):
    with pytest.raises(Invalid):
        contact.normalise("email", typed)
