"""Chip data in a file: a cryptogram is no card number, and a card number is no cryptogram."""

import pytest

from receipts.imports.chip import ChipData
from receipts.imports.values import Unreadable
from tests.cards import a_card_number

read = ChipData(32)


def test_a_cryptogram_is_kept_although_its_digits_pass_as_a_card_number():
    cryptogram = a_card_number()[:15] + a_card_number()[15] + "FA"
    assert read(cryptogram) == cryptogram


def test_a_card_number_in_its_place_is_left_out():
    assert read(a_card_number()) == ""


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("8f2c61a4d0e7935b", "8F2C61A4D0E7935B"),
        (" A000000333010101 ", "A000000333010101"),
        ("0000000000", "0000000000"),
        ("", ""),
    ],
)
def test_it_reads_what_terminals_write(text, kept):
    assert read(text) == kept


def test_what_is_too_long_is_refused():
    with pytest.raises(Unreadable):
        read("AB" * 17)
