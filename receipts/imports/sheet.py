"""The records of one file: its header found, its totals kept apart, what is left handed on."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from receipts.imports import placing, totals
from receipts.imports.fixed import FixedRecords
from receipts.imports.formats import Format, plain
from receipts.imports.reading import BYTES, Broken, Lines, NotReadable, Records

HEADER_WITHIN = 30  # records; titles and notes may stand above the header

type Record = tuple[int, list[str] | Broken]


def opened(source, encoding: str, format: Format) -> "Sheet":
    """The sheet of an open file. Raises NotReadable or formats.FormatError where the format is not
    the file's."""
    if format.fixed is None:
        return Delimited(Lines(source, encoding), format)
    return FixedWidth(Lines(source, BYTES if format.fixed.in_bytes else encoding), format, encoding)


class Sheet:
    """Iterate over it for the data records as (line number, cells or Broken), once."""

    placed: placing.Placed
    header: list[str]  # its titles, where there is one
    titles: list[str]  # the same as they are compared

    def __init__(self, lines: Lines, format: Format):
        self.lines, self.format = lines, format
        self.header, self.titles = [], []
        self.said: dict[str, int | None] = {}  # name of a total → what the file says
        self.skipped = 0  # rows that the format says are none

    def __iter__(self) -> Iterator[Record]:
        raise NotImplementedError

    @property
    def digest(self) -> str:
        return self.lines.digest.hexdigest()

    def tally(self, reader) -> totals.Tally | None:
        """Our side of the totals; `reader` is the RowReader of this file."""
        figures: list[tuple[totals.Total, int | None]] = []
        for total in self.format.totals.figures:
            position = next((p for p in map(self.position, total.sums) if p is not None), None)
            if position is not None or not total.sums:
                figures.append((total, position))
        if not figures:
            return None
        return totals.Tally(figures, reader.money, reader.kind_of, self.format.around)

    def position(self, column: str) -> int | None:
        """Of a field, a title or (from 1) a number, where this file has it."""
        if column in self.placed.positions:
            return self.placed.positions[column]
        if self.titles:
            title = plain(column)
            return self.titles.index(title) if title in self.titles else None
        return int(column) - 1 if column.isdecimal() else None

    def _note(self, name: str, number: int | None) -> None:
        """Said twice, in a file put together of two: both count."""
        before = self.said.get(name, 0)
        self.said[name] = None if number is None or before is None else before + number

    def _without_skipped(self, records: Iterator[Record]) -> Iterator[Record]:
        """Rows that the format knows to be none: a sign-on, a settlement of the terminal."""
        around = self.format.around
        rules = [
            (position, words)
            for column, words in self.format.skip.items()
            if (position := self.position(column)) is not None
        ]
        for line, cells in records:
            if not isinstance(cells, Broken) and any(
                position < len(cells) and plain(cells[position].strip().strip(around)) in words
                for position, words in rules
            ):
                self.skipped += 1
            else:
                yield line, cells


class Delimited(Sheet):
    def __init__(self, lines: Lines, format: Format):
        super().__init__(lines, format)
        texts: Iterable[str | Broken] = lines
        if format.skip_lines:  # as empty ones, so that the numbers of lines stay
            first = islice(lines_ := iter(lines), format.skip_lines)
            texts = chain(("" for _line in first), lines_)
        self._records = Records(texts, format.delimiter, format.comments, self._comment)
        self._numbered: Iterator[Record] = iter(self._records)
        if format.has_header:
            self.header = self._header()
            self.titles = [plain(title) for title in self.header]
            self.placed = placing.by_title(format, self.header)
        else:
            self.placed = placing.by_position(format, self._width())
        self._records.width = self.placed.width

    def __iter__(self) -> Iterator[Record]:
        records = self._numbered
        if self.format.totals.header:
            records = self._without_totals(records)
        return self._without_skipped(records) if self.format.skip else records

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
            placing.by_title(self.format, first)
        raise NotReadable("no_header")

    def _width(self) -> int:
        """Of the first record, which is a row already."""
        first = next(self._numbered, None)
        if first is None:
            raise NotReadable("no_rows")
        self._numbered = chain([first], self._numbered)
        return len(first[1]) if not isinstance(first[1], Broken) else 0

    def _bare(self, cells: Sequence[str]) -> list[str]:
        around = self.format.around
        return [cell.strip().strip(around).strip() if around else cell.strip() for cell in cells]

    def _without_totals(self, records: Iterator[Record]) -> Iterator[Record]:
        begins, around = plain(self.format.totals.header), self.format.around
        by_name = {plain(total.name): total for total in self.format.totals.figures}
        titles: list[str] | None = None
        for line, cells in records:
            if isinstance(cells, Broken):
                yield line, cells
            elif titles is not None:
                for title, text in zip(titles, self._bare(cells), strict=False):
                    if total := by_name.get(title):
                        self._note(total.name, totals.said(total, text, self.format.money))
                titles = None
            elif plain(cells[0].strip().strip(around)) == begins:
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


class FixedWidth(Sheet):
    def __init__(self, lines: Lines, format: Format, encoding: str):
        super().__init__(lines, format)
        assert format.fixed is not None  # noqa: S101  what made this sheet
        self.fixed = format.fixed
        self.placed = placing.by_position(format, len(self.fixed.cuts))
        self._records = FixedRecords(lines, self.fixed, encoding)
        self._numbered = iter(self._records)
        first = next(self._numbered, None)
        marks = {self.fixed.row, self.fixed.header, self.fixed.trailer, *self.fixed.others} - {""}
        if first is None or first[1].strip() not in marks:
            raise NotReadable("no_header")
        self._numbered = chain([first], self._numbered)

    def __iter__(self) -> Iterator[Record]:
        records = self._rows()
        return self._without_skipped(records) if self.format.skip else records

    def _rows(self) -> Iterator[Record]:
        fixed = self.fixed
        for number, marked, line in self._numbered:
            mark = marked.strip()
            if isinstance(line, Broken):
                yield number, line
            elif mark == fixed.row:
                yield number, self._records.cells(line)
            elif mark and mark in (fixed.header, fixed.trailer):
                self._totals(line, mark)
            elif mark not in fixed.others:
                yield number, Broken("line_unknown")

    def _totals(self, line: str, mark: str) -> None:
        for total in self.format.totals.figures:
            at = self.fixed.header if total.is_in_header else self.fixed.trailer
            if mark == at and total.cut is not None:
                text = self._records.cut(line, total.cut)
                self._note(total.name, totals.said(total, text, self.format.money))
