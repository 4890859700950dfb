import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disputes import words
from disputes.errors import Invalid
from tests.cards import a_card_number


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  您好\r\n再见 \r\n", "您好\n再见"),
        ("a\x00b\x07c\x1b[31m", "abc[31m"),
        ("cafe\u0301", "café"),
        ("\u202egpj.exe", "gpj.exe"),
        ("👩‍👩‍👧 ❤️", "👩‍👩‍👧 ❤️"),
        ("lone \ud83d half", "lone  half"),
        ("tab\there", "tab\there"),
    ],
)
def test_words_stay_and_what_is_no_writing_goes(typed, kept):
    assert words.clean(typed) == kept


@pytest.mark.parametrize("nothing", ["", " ", "\n\t", "\u3000", "\u200b\ufeff", "\x00", None])
def test_nothing_readable_is_refused(nothing):
    with pytest.raises(Invalid) as error:
        words.clean(nothing)
    assert error.value.field == "body"


def test_ten_thousand_characters_are_enough_and_one_more_too_many():
    assert len(words.clean("字" * 10_000 + "\n")) == 10_000
    with pytest.raises(Invalid, match="10,001"):
        words.clean("字" * 10_001)


@given(st.text(max_size=300))
def test_what_was_cleaned_once_is_clean(text):
    once = words.one_form(text)
    assert words.one_form(once) == once
    once.encode("utf-8")
    assert not any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in once)


@given(st.text(max_size=300), st.integers(1, 60))
def test_a_line_is_one_line_and_fits(text, longest):
    line = words.one_line(text, longest)
    assert len(line) <= longest
    assert "\n" not in line


@pytest.mark.parametrize("length", [13, 16, 19])
@pytest.mark.parametrize("between", ["", " ", "-"])
def test_of_a_whole_card_number_the_last_four_digits_stay(length, between):
    number = a_card_number(length)
    written = between.join(number[i : i + 4] for i in range(0, length, 4))
    assert words.clean(f"我的卡是{written}，请查。") == f"我的卡是**** {number[-4:]}，请查。"
    full_width = number.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"})
    assert words.clean(full_width) == f"**** {number[-4:]}"


@pytest.mark.parametrize("between", [".", "/", "  ", " - ", "\n", "\u3000", "，"])
@pytest.mark.parametrize("around", ["{}", "10 {}", "2026 {}", "{} 123", "{} 1228", "11 {} 123"])
def test_a_card_number_is_seen_whatever_stands_between_and_beside_it(between, around):
    number = a_card_number()
    written = between.join(number[i : i + 4] for i in range(0, 16, 4))
    cleaned = words.clean(around.format(written))
    digits = "".join(c for c in cleaned if c.isdigit())
    assert number not in digits
    assert f"**** {number[-4:]}" in cleaned or len(digits) < len(number)


@pytest.mark.parametrize("text", ["参考号 102123045678", "13800138000", "6" * 28, "￥1,234,567.00"])
def test_other_numbers_stay(text):
    assert words.clean(text) == text
