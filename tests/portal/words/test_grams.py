"""Text cut into pieces: what is typed must be found wherever it stands."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.words import grams


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＡＢＣ　酒店", "abc 酒店"),
        ("Café–Bar", "cafe bar"),
        ("半山听雨（江北店）", "半山听雨 江北店"),
        ("  a \u3000 b ", "a b"),
    ],
)
def test_one_way_of_writing(one, other):
    assert grams.plain(one) == grams.plain(other)


def test_pieces_sort_as_their_characters_and_fit_a_signed_bigint():
    pieces = ["", "a", "ab", "abc", "abd", "b", "店", "店面", "\U000323af" * 3]
    packed = [grams.pack(piece) for piece in pieces]
    assert packed == sorted(packed)
    assert packed[-1] < 2**63


CHARS = st.sampled_from("小雨文具店ab1２ é")


@settings(deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.text(CHARS, min_size=1, max_size=12), st.data())
def test_whatever_part_of_a_word_is_typed_its_pieces_are_there(text, data):
    words = grams.plain(text).split()
    if not words:
        return
    word = data.draw(st.sampled_from(words))
    start = data.draw(st.integers(0, len(word) - 1))
    part = word[start : data.draw(st.integers(start + 1, len(word)))]
    there, wanted = grams.of_text(text), grams.of_query(part)
    assert wanted.grams <= there
    for first, last in wanted.ranges:
        assert any(first <= gram <= last for gram in there)
