"""The slip's own font: which characters it has, and where its files lie.

`manage.py build_fonts` makes it at set-up (two weights, each in two files: the common
characters, and those they lack). The machine's fonts are never used: a font that happens to be
installed hides a missing one until the day the slip is rendered elsewhere.
"""

import json
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

FAMILY = "Xiaopiao Slip"
RARE_FAMILY = "Xiaopiao Slip Rare"
WEIGHTS = (400, 700)
MANIFEST = "manifest.json"
# Stands, visibly, where a character has no glyph (U+3013 GETA MARK: what Chinese and Japanese
# type-setters put in for a missing sort).
GETA = "〓"


class FontsMissing(Exception):
    """The slip's font has not been built, or not completely."""


@dataclass(frozen=True, slots=True)
class Face:
    """One font file: its CSS family and weight."""

    family: str
    weight: int

    @property
    def file(self) -> str:
        part = "rare" if self.family == RARE_FAMILY else "slip"
        return f"{part}-{self.weight}.ttf"

    @property
    def path(self) -> Path:
        return Path(settings.FONTS_DIR) / self.file


FACES = tuple(Face(family, weight) for family in (FAMILY, RARE_FAMILY) for weight in WEIGHTS)


@dataclass(frozen=True, slots=True)
class Coverage:
    """A set of characters as sorted, separate ranges: small on disk, quick to ask."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def __contains__(self, character: str) -> bool:
        point = ord(character)
        index = bisect_right(self.starts, point) - 1
        return index >= 0 and point <= self.ends[index]

    @classmethod
    def of(cls, ranges: list[list[int]]) -> "Coverage":
        return cls(tuple(start for start, _ in ranges), tuple(end for _, end in ranges))


def ranges(points: set[int]) -> list[list[int]]:
    """Sorted inclusive ranges of a set of code points, as the manifest keeps them."""
    found: list[list[int]] = []
    for point in sorted(points):
        if found and point == found[-1][1] + 1:
            found[-1][1] = point
        else:
            found.append([point, point])
    return found


def manifest() -> dict:
    """What `build_fonts` wrote beside the fonts. Raises FontsMissing."""
    path = Path(settings.FONTS_DIR) / MANIFEST
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise FontsMissing(
            "The slip's font is not there: run `manage.py build_fonts` (set-up does)."
        ) from error


def is_ready() -> bool:
    """Whether every file of the font is in its place, as `/readyz` asks."""
    try:
        sizes = {name: entry["bytes"] for name, entry in manifest()["files"].items()}
    except (FontsMissing, KeyError):
        return False
    return all(
        face.path.is_file() and face.path.stat().st_size == sizes.get(face.file) for face in FACES
    )


@cache
def coverage() -> Coverage:
    """The characters that both weights can draw."""
    return Coverage.of(manifest()["characters"])


@cache
def common() -> Coverage:
    """Those of them in the first file; the others need the second."""
    return Coverage.of(manifest()["common"])


def replace_missing(text: str) -> tuple[str, set[str]]:
    """`text` with 〓 for every character that no glyph of ours can draw, and those characters."""
    have = coverage()
    missing = {character for character in set(text) - {"\n"} if character not in have}
    if not missing:
        return text, missing
    return "".join(GETA if character in missing else character for character in text), missing
