"""Which cell of a record is which field: by the header's titles, or as the format says."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from receipts.imports.formats import Format, FormatError, plain


@dataclass
class Placed:
    """Field → position in a record; for some kinds of row other ones.

    A field that may stand in one of several columns has a position past the end of the record:
    `picks` says of which cells the first that is filled is put there.
    """

    width: int
    positions: dict[str, int] = field(default_factory=dict)
    by_kind: dict[str, dict[str, int]] = field(default_factory=dict)
    picks: list[tuple[int, ...]] = field(default_factory=list)

    def pick(self, several: tuple[int, ...]) -> int:
        if len(several) == 1:
            return several[0]
        if several not in self.picks:
            self.picks.append(several)
        return self.width + self.picks.index(several)


def by_position(format: Format, width: int) -> Placed:
    """Raises FormatError where records have fewer columns than the format speaks of."""
    last = max(int(p) for ps in _all(format) for p in ps)
    if last > width:
        raise FormatError(
            "column_missing",
            _("这种格式有 {wanted} 列以上，文件只有 {found} 列").format(wanted=last, found=width),
        )
    return _placed(format, width, lambda columns: tuple(int(c) - 1 for c in columns))


def _all(format: Format):
    for columns in (format.columns, *format.kinds.values()):
        yield from columns.values()


def by_title(format: Format, header: Sequence[str]) -> Placed:
    """Raises FormatError for a column that is missing or there twice."""
    titles: dict[str, list[int]] = {}
    for position, title in enumerate(header):
        titles.setdefault(plain(title), []).append(position)

    def places(columns: tuple[str, ...]) -> tuple[int, ...]:
        found = [position for title in columns for position in titles.get(plain(title), ())]
        if len(set(found)) > 1 and (
            not format.takes_first or any(len(titles.get(plain(t), ())) > 1 for t in columns)
        ):
            first, second = sorted(set(found))[:2]
            raise FormatError(
                "column_doubled",
                _("有两列都是“{column}”：第 {first} 列和第 {second} 列").format(
                    column=columns[0], first=first + 1, second=second + 1
                ),
            )
        return tuple(dict.fromkeys(found))

    placed = _placed(format, len(header), places)
    missing = [
        " / ".join(format.columns[name][0] for name in choice if name in format.columns)
        for choice in format.required
        if not any(name in placed.positions or name in format.defaults for name in choice)
    ]
    if missing:
        raise FormatError(
            "column_missing", _("缺少列：{columns}").format(columns="、".join(missing))
        )
    return placed


def _placed(format: Format, width: int, places) -> Placed:
    placed = Placed(width)
    for name, columns in format.columns.items():
        if several := places(columns):
            placed.positions[name] = placed.pick(several)
    for kind, own in format.kinds.items():
        positions = dict(placed.positions)
        for name, columns in own.items():
            positions.pop(name, None)  # a refund is not known by the number of its payment
            if several := places(columns):
                positions[name] = placed.pick(several)
        placed.by_kind[kind] = positions
    return placed
