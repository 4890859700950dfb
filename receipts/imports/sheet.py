"""The records of one file: its header found, its totals kept apart, what is left handed on."""

from collections.abc import Iterable, Iterator, Sequence

from receipts.imports import totals
from receipts.imports.formats import Format, plain
from receipts.imports.reading import Broken, NotReadable, Records

HEADER_WITHIN = 30  # records; titles and notes may stand above the header


class Sheet:
    """A delimited file with a header.

    Raises NotReadable or formats.FormatError where the header is not the format's.
    """

    def __init__(self, lines: Iterable[str | Broken], format: Format):
        self.format = format
        self.said: dict[str, int | None] = {}  # name of a total → what the file says
        self._records = Records(lines, format.delimiter, format.comments, self._comment)
        self._numbered = iter(self._records)
        header = self._header()
        self.titles = [plain(title) for title in header]
        self.positions = format.find_columns(header)
        self.width = self._records.width = len(header)

    def __iter__(self) -> Iterator[tuple[int, list[str] | Broken]]:
        if not self.format.totals.header:
            return self._numbered
        return self._without_totals()

    def _header(self) -> list[str]:
        """The first record that names columns of the format; notes may stand above it."""
        first = None
        for number, (_line, cells) in enumerate(self._numbered):
            if isinstance(cells, Broken) or number >= HEADER_WITHIN:
                break
            cells = self._bare(cells)
            first = first or cells
            if self.format.knows(cells) >= 2:
                return cells
        if first and self.format.knows(first):
            self.format.find_columns(first)
        raise NotReadable("no_header")

    def _bare(self, cells: Sequence[str]) -> list[str]:
        around = self.format.around
        return [cell.strip().strip(around).strip() if around else cell.strip() for cell in cells]

    # --- totals ----------------------------------------------------------------------------------

    def tally(self, reader) -> totals.Tally | None:
        """Our side of the totals; `reader` is the RowReader of this file."""
        figures: list[tuple[totals.Total, int | None]] = []
        for total in self.format.totals.figures:
            position = next((p for p in map(self._position, total.sums) if p is not None), None)
            if position is not None or not total.sums:
                figures.append((total, position))
        return totals.Tally(figures, reader.money, reader.kind_of) if figures else None

    def _position(self, column: str) -> int | None:
        if column in self.positions:
            return self.positions[column]
        title = plain(column)
        return self.titles.index(title) if title in self.titles else None

    def _without_totals(self) -> Iterator[tuple[int, list[str] | Broken]]:
        begins, money = plain(self.format.totals.header), self.format.money
        titles: list[str] | None = None
        by_name = {plain(total.name): total for total in self.format.totals.figures}
        for line, cells in self._numbered:
            if isinstance(cells, Broken):
                yield line, cells
            elif titles is not None:
                for title, text in zip(titles, self._bare(cells), strict=False):
                    if total := by_name.get(title):
                        self._note(total.name, totals.said(total, text, money))
                titles = None
            elif plain(cells[0].strip(self.format.around)) == begins:
                titles = [plain(title) for title in self._bare(cells)]
            else:
                yield line, cells

    def _comment(self, line: str) -> None:
        by_name = {total.name: total for total in self.format.totals.figures}
        for pattern in self.format.totals.lines:
            if match := pattern.search(line):
                for name, text in match.groupdict().items():
                    if text is not None:
                        self._note(name, totals.said(by_name[name], text, self.format.money))

    def _note(self, name: str, number: int | None) -> None:
        """Said twice, in a file put together of two: both count."""
        before = self.said.get(name, 0)
        self.said[name] = None if number is None or before is None else before + number
