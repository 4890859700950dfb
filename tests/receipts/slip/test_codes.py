"""The short code on a slip: what can be typed, and what typing it wrong leads to."""

import pytest

from receipts.slip import codes, qr


def test_a_new_code_reads_as_it_was_made():
    for _ in range(200):
        code = codes.new()
        assert len(code) == 12
        assert codes.typed(code) == code
        assert not set(code) & set("01OI")


def test_no_two_are_alike():
    assert len({codes.new() for _ in range(2000)}) == 2000


@pytest.mark.parametrize("write", [str.lower, codes.grouped, lambda c: f"  {' '.join(c)} "])
def test_case_and_grouping_do_not_matter(write):
    code = codes.new()
    assert codes.typed(write(code)) == code


def test_wide_letters_of_a_chinese_keyboard_are_read():
    code = codes.new()
    assert codes.typed("".join(chr(ord(character) + 0xFEE0) for character in code)) == code


def test_one_wrong_character_is_always_seen():
    code = codes.new()
    for place in range(12):
        for other in set(codes.ALPHABET) - {code[place]}:
            assert codes.typed(code[:place] + other + code[place + 1 :]) == ""


def test_two_neighbours_that_changed_places_are_always_seen():
    for _ in range(50):
        code = codes.new()
        for place in range(11):
            one, two = code[place], code[place + 1]
            swapped = code[:place] + two + one + code[place + 2 :]
            assert one == two or codes.typed(swapped) == ""


@pytest.mark.parametrize(
    "text", ["", "7KQ4", "7KQ4-M2XD-9FH0", "核验码核验码核验码核验码", "A" * 500]
)
def test_what_no_slip_bears_is_not_read(text):
    assert codes.typed(text) == ""


def test_the_code_on_paper_is_grouped():
    assert codes.grouped("7KQ4M2XD9FHW") == "7KQ4-M2XD-9FHW"


def test_the_qr_code_is_small_enough_to_print_and_leads_to_the_short_address(settings):
    settings.PUBLIC_URL = "https://slips.example.com"
    text = qr.address("7KQ4M2XD9FHW")
    assert text == "HTTPS://SLIPS.EXAMPLE.COM/V/7KQ4M2XD9FHW"
    square = qr.square(text)
    assert square.size <= 29  # 0.66 mm a module at 19 mm
    assert square.path.startswith("M0 0h7v1h-7z")
    dark = sum(length for _x, _y, length in square.runs)
    assert 0.4 < dark / square.size**2 < 0.6
