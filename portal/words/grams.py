"""Text as the index sees it: runs of characters, cut into overlapping pieces.

Chinese is cut into pairs, so that a word of two characters is one piece (a search engine's trigrams
do not find it); letters and digits into threes, since pairs of digits are all alike. The end of a
run is kept in shorter pieces too, so that whatever is shorter than a piece is the beginning of one.
A piece is packed into one integer, 21 bits a character: no database's collation has a say in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_RUNS = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<other>[^\W_{_HAN}]+)")
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])[\W_]+(?=[{_HAN}])")
_BITS = 21  # the highest character is 0x10ffff
_PLACES = 3


def plain(text: str) -> str:
    """One way of writing: full width, case, accents and marks do not count; words stay apart."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(re.sub(r"[\W_]+", " ", unicodedata.normalize("NFC", bare)).split())


def compact(text: str) -> str:
    """`plain` without the spaces: what a word is looked for in."""
    return plain(text).replace(" ", "")


def pack(piece: str) -> int:
    """Up to three characters as one integer that sorts as they do; it fits a signed bigint."""
    number = 0
    for place in range(_PLACES):
        number = (number << _BITS) | (ord(piece[place]) if place < len(piece) else 0)
    return number


def _runs(text: str) -> Iterator[tuple[str, int]]:
    """Each run of one kind of character, with the length of its pieces."""
    for match in _RUNS.finditer(text):
        yield match[0], 2 if match.lastgroup == "han" else 3


def of_text(text: str) -> set[int]:
    """What is indexed of a text. Between Chinese characters spaces and marks do not count."""
    found = set()
    for run, size in _runs(_BETWEEN_HAN.sub("", plain(text))):
        found |= {pack(run[start : start + size]) for start in range(len(run))}
    return found


@dataclass(frozen=True)
class Wanted:
    """What something must have to be found: all of `grams`, and one of each range."""

    words: tuple[str, ...]
    grams: frozenset[int]
    ranges: frozenset[tuple[int, int]]

    @property
    def is_empty(self) -> bool:
        return not (self.grams or self.ranges)


def of_query(text: str) -> Wanted:
    """What was typed, word by word; each word must occur."""
    words = tuple(dict.fromkeys(plain(text).split()))
    grams, ranges = set(), set()
    for word in words:
        for run, size in _runs(word):
            if len(run) >= size:
                grams |= {pack(run[at : at + size]) for at in range(len(run) - size + 1)}
            else:
                first = pack(run)
                ranges.add((first, first + (1 << _BITS * (_PLACES - len(run))) - 1))
    return Wanted(words, frozenset(grams), frozenset(ranges))
