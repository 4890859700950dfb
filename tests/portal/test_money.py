"""Fen as people read them."""

import pytest

from portal import money
from portal.site.templatetags.portal import amount
from portal.site.templatetags.portal import money as money_filter


@pytest.mark.parametrize(
    ("minor", "shown"),
    [
        (0, "¥0.00"),
        (5, "¥0.05"),
        (38650, "¥386.50"),
        (123450, "¥1,234.50"),
        (10**13, "¥100,000,000,000.00"),
        (-500, "-¥5.00"),
    ],
)
def test_fen_become_yuan_with_commas_and_two_decimals(minor, shown):
    assert money.text(minor) == shown
    assert money_filter(minor) == shown


def test_the_sign_is_the_yen_sign_and_no_space_follows():
    assert money.text(100)[0] == "\u00a5"
    assert money.text(100)[1] == "1"


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (123450, "USD", "USD\u00a01,234.50"),
        (1234, "JPY", "JPY\u00a01,234"),
        (1234, "KWD", "KWD\u00a01.234"),
    ],
)
def test_other_currencies_bear_their_code_and_their_own_decimals(minor, currency, shown):
    assert money.text(minor, currency) == shown


def test_no_amount_is_nothing():
    assert money_filter(None) == ""


def test_the_large_amount_has_its_sign_apart():
    assert amount(38650) == {"sign": "¥", "digits": "386.50", "size": ""}
