"""What a file says of itself (how many rows, what they come to), held against what is read in it.

Ours is counted over every record of the file, also one that is put aside for something else: a
total that disagrees says that the file is not whole or not read rightly, not that a row was bad.
A chunk brings its part of it, so that a load that was killed goes on counting where it ended.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from portal import money
from receipts.imports.fixed import Cut
from receipts.imports.values import Unreadable


@dataclass(frozen=True)
class Total:
    """One figure. `sums` names the column (titles or a field) that it adds up; it counts rows
    where that is empty. `of` are the kinds of row that it is about, all where it is empty."""

    name: str
    sums: tuple[str, ...] = ()
    of: frozenset[str] = frozenset()
    cut: Cut | None = None  # where it stands in the header or trailer of fixed width
    is_in_header: bool = False


@dataclass(frozen=True)
class Totals:
    """Where a format has its totals, and what they count."""

    figures: tuple[Total, ...] = ()
    header: str = ""  # title with which a second header begins; the record after it has the totals
    lines: tuple[re.Pattern[str], ...] = ()  # with a group for each figure, in skipped lines
    required: bool = False  # a file without them was cut off


class Tally:
    """Our side of the totals, one chunk after another."""

    def __init__(
        self,
        figures: Sequence[tuple[Total, int | None]],
        read: Callable[[str], str],
        kind_of: Callable[[Sequence[str]], str],
        around: str = "",
    ):
        """Each figure with the position of its column, None where it counts rows."""
        self.figures, self.read, self.kind_of, self.around = figures, read, kind_of, around + " \t"
        self.has_kinds = any(total.of for total, _position in figures)
        self.start()

    def start(self) -> None:
        self.numbers = [0] * len(self.figures)

    def take(self, cells: Sequence[str] | None) -> None:
        """None for a record that gave no cells: it counts where all kinds do."""
        kind = self.kind_of(cells) if self.has_kinds and cells is not None else ""
        for place, (total, position) in enumerate(self.figures):
            if total.of and kind not in total.of:
                continue
            if not total.sums:
                self.numbers[place] += 1
            elif position is not None and cells is not None and position < len(cells):
                self.numbers[place] += self._fen(cells[position])

    def _fen(self, text: str) -> int:
        return signed(text.strip(self.around), self.read) or 0

    def result(self) -> list[dict]:
        return [
            {"name": total.name, "money": bool(total.sums), "said": None, "ours": number}
            for (total, _position), number in zip(self.figures, self.numbers, strict=True)
        ]


def signed(text: str, read: Callable[[str], str]) -> int | None:
    """Fen of an amount that may have a sign; None where it is not to be read."""
    plain = text.strip()
    sign = -1 if plain.startswith(("-", "−")) else 1
    try:
        return sign * int(read(plain.lstrip("+-−").strip()))
    except Unreadable:
        return None


def said(total: Total, text: str, read: Callable[[str], str]) -> int | None:
    """What the file says, fen or a count; None where it cannot be read."""
    if total.sums:
        return signed(text, read)
    count = re.fullmatch(r"([0-9]{1,12})(?:\.0+)?", text.strip().replace(",", ""))
    return int(count[1]) if count else None


def added(known: list[dict], tally: list[dict]) -> list[dict]:
    """A file's totals with those of one more chunk."""
    before = {figure["name"]: figure["ours"] for figure in known}
    return [figure | {"ours": figure["ours"] + before.get(figure["name"], 0)} for figure in tally]


def compared(
    ours: list[dict], file_says: dict[str, int | None], required: bool
) -> tuple[list[dict], bool]:
    """Both sides of each figure that the file gives, and whether they disagree anywhere."""
    if not file_says:
        return (ours, True) if required else ([], False)
    both = [f | {"said": file_says[f["name"]]} for f in ours if f["name"] in file_says]
    return both, any(figure["said"] != figure["ours"] for figure in both)


def in_words(figures: list[dict]) -> list[tuple[str, str, str]]:
    """(name, what the file says, ours) of each figure, for people."""
    return [
        (figure["name"], _written(figure, "said"), _written(figure, "ours")) for figure in figures
    ]


def _written(figure: dict, side: str) -> str:
    number = figure[side]
    if number is None:
        return "—"
    return money.digits(number) if figure["money"] else f"{number:,}"
