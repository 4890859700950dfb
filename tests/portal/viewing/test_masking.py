"""Addresses and numbers as pages show them."""

import pytest

from portal.viewing import masking


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13800001234", "138****1234"),
        ("+8613800001234", "+86138****1234"),
        ("li@example.com", "l***@example.com"),
        ("12345", "****45"),
    ],
)
def test_a_contact(text, shown):
    assert masking.contact(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("请打138 0000 1234，找李", "请打138****1234，找李"),
        ("邮箱li.hua@example.com。", "邮箱l***@example.com。"),
        ("身份证 11010519491231002X 的", "身份证 110***********002X 的"),
        ("参考号 112219420386 金额 386.50", "参考号 112219420386 金额 386.50"),
        ("第 13 桌，14:05", "第 13 桌，14:05"),
        ("+86-138-0000-1234", "138****1234"),
    ],
)
def test_words(text, shown):
    assert masking.words(text) == shown
