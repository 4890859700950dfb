"""Lines of fixed width: cut by bytes or characters, each line with a mark of what it is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from receipts.imports.reading import Broken, decoded


@dataclass(frozen=True)
class Cut:
    """A field of a line: from `start`, before `end`."""

    start: int
    end: int


@dataclass(frozen=True)
class Fixed:
    """How the lines of a format are cut, and which of them are rows."""

    marker: Cut
    row: str
    header: str
    trailer: str
    others: tuple[str, ...]  # marks of lines that are no rows and have no totals
    length: int
    cuts: tuple[Cut, ...]
    in_bytes: bool  # widths count bytes of the file's encoding, else characters


class FixedRecords:
    """The lines of a file as (line number, mark, line or Broken).

    Where widths count bytes, a character of the lines given is a byte of the file (Latin-1): a
    broken one is then in its own field and moves nothing.
    """

    def __init__(self, lines: Iterable[str | Broken], fixed: Fixed, encoding: str):
        self.lines, self.fixed, self.encoding = lines, fixed, encoding

    def __iter__(self) -> Iterator[tuple[int, str, str | Broken]]:
        for number, line in enumerate(self.lines, 1):
            if isinstance(line, Broken):
                yield number, "", line
            elif line and not line.isspace():
                yield number, self.cut(line, self.fixed.marker), line

    def cut(self, line: str, cut: Cut) -> str:
        text = line[cut.start : cut.end]
        if self.fixed.in_bytes and not text.isascii():
            text = decoded(text.encode("latin-1"), self.encoding)
        return text

    def cells(self, line: str) -> list[str] | Broken:
        """A line of another length has something moved, or was cut off."""
        length = self.fixed.length
        if len(line) < length or line[length:].strip():
            return Broken("line_length")
        return [self.cut(line, cut) for cut in self.fixed.cuts]
