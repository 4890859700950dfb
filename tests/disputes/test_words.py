import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disputes import words
from disputes.errors import Invalid


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
