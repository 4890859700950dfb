"""Reading a whole column at once: what each cell becomes, None where it is not plain.

Not plain is what cannot be read, and whatever the reader of single rows had better look at. Nothing
of a cell that could not be read is remembered: it may hold what must not get further.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date

from receipts.imports import cells
from receipts.imports.cells import Read
from receipts.imports.values import Code, Moments, Unreadable, clock, holds_number

type Column = list[str | None]
type Sweep = Callable[[Sequence[str]], Column]


def sweep(name: str, read: Read, around: str, nothing: str) -> Sweep:
    """For the column of this field; `nothing` is what an empty cell becomes."""
    if name in {"card", "device_card"}:
        return _Tails(read, around, nothing)
    if name in cells.EACH_ITS_OWN and isinstance(read, Code):
        return _Codes(read, around, nothing)
    known = Remembering(read, around, nothing).__getitem__
    return lambda column: list(map(known, column))


class _Cell:
    """One cell as it stands in the file, with what is around it."""

    def __init__(self, read: Read, around: str, nothing: str):
        self.read, self.around, self.nothing = read, around, nothing

    def of(self, cell: str) -> str | None:
        text = cell.strip()
        if self.around:
            text = text.strip(self.around).strip()
        try:
            return self.read(text) if text else self.nothing
        except Unreadable:
            return None


class Remembering(dict):
    """Cells by what they say. Not plain is also an amount below nothing."""

    def __init__(self, read: Read, around: str = "", nothing: str = "", most: int = 50_000):
        super().__init__()
        self.cell, self.most = _Cell(read, around, nothing), most

    def __missing__(self, cell: str) -> str | None:
        value = self.cell.of(cell)
        if value is None or value.startswith("-"):
            return None
        if len(self) >= self.most:
            self.clear()
        self[cell] = value
        return value


class _Tails(_Cell):
    """Four digits are a card's last four; of anything longer nothing is remembered."""

    def __call__(self, column: Sequence[str]) -> Column:
        if set(map(len, column)) == {4} and (text := "".join(column)).isdigit() and text.isascii():
            return list(column)
        of = self.of
        return [c if len(c) == 4 and c.isdigit() and c.isascii() else of(c) for c in column]


class _Codes(_Cell):
    """Numbers that are different on nearly every row. `Code` would return these as they stand."""

    def __init__(self, read: Code, around: str, nothing: str):
        super().__init__(read, around, nothing)
        self.longest, self.shortest = read.longest, max(read.pad, 5)  # NULL and N/A are shorter

    def __call__(self, column: Sequence[str]) -> Column:
        if self._are_plain(column):
            return list(column)
        of, shortest, longest = self.of, self.shortest, self.longest
        return [
            c
            if shortest <= len(c) <= longest
            and c.isalnum()
            and c.isascii()
            and c.strip("0")
            and (len(c) < 13 or not holds_number(c))
            else of(c)
            for c in column
        ]

    def _are_plain(self, column: Sequence[str]) -> bool:
        """All of them together. Below 17 digits nobody's identity number is, and no card's begins
        with 0, 1 or 7."""
        lengths = set(map(len, column))
        text = "".join(column)
        return (
            self.shortest <= min(lengths)
            and max(lengths) <= min(self.longest, 16)
            and text.isalnum()
            and text.isascii()
            and _ZEROS.isdisjoint(column)
            and (max(lengths) < 13 or not _PERHAPS_A_CARD.search("\n".join(column)))
        )


_ZEROS = frozenset("0" * length for length in range(1, 17))
_PERHAPS_A_CARD = re.compile(r"^(?![A-Za-z]*[017][0-9]*[A-Za-z]*$)", re.MULTILINE)
_AFTER_THE_HOUR = frozenset(f":{m:02}:{s:02}" for m in range(60) for s in range(60))


class Clocks:
    """Local days and times → UTC. The hour decides, and minutes and seconds are copied."""

    def __init__(self, moments: Moments, around: str):
        self.moments = moments
        self.written = Remembering(clock, around)
        self.hours = _Hours(moments)

    def __call__(self, days: Sequence[str], times: Sequence[str]) -> Column:
        """`days` as ISO text."""
        hours, written = self.hours, self.written
        times = [t if t[2:] in _AFTER_THE_HOUR else written[t] or "" for t in times]
        found = [hours[day + t[:2]] + t[2:] for day, t in zip(days, times, strict=True)]
        # An hour that is none leaves ":05:33" or nothing, and a colon comes after every digit.
        latest = self.moments.latest
        if max(found) <= latest and min(found):
            return found
        return [moment if moment and moment <= latest else None for moment in found]


class _Hours(dict):
    """2026-11-2014 in the file's zone → 2026-11-20 06 in UTC; nothing where an hour here is parts
    of two there."""

    def __init__(self, moments: Moments):
        super().__init__()
        self.moments = moments

    def __missing__(self, key: str) -> str:
        day, hour = key[:10], key[10:]
        try:
            first, last = (self.moments.utc(day, clock(f"{hour}:{m}")) for m in ("00", "59"))
        except (Unreadable, ValueError):
            return ""
        if first[:13] != last[:13] or len(hour) != 2 or not hour.isascii():
            return ""
        if len(self) >= 50_000:
            self.clear()
        self[key] = first[:13]
        return first[:13]


class Apart(dict):
    """Day of payment and of settlement in one text → whether the two may belong together."""

    def __missing__(self, two_days: str) -> bool:
        apart = (date.fromisoformat(two_days[10:]) - date.fromisoformat(two_days[:10])).days
        self[two_days] = may = -1 <= apart <= 180
        return may
