"""Cells of one record → one checked row, or Refused with the column and the reason.

The whole card number lives as long as one call of `RowReader.read`: its cell is looked at once, for
its last four digits, and is in no row, no error and no text kept of a refused row.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from uuid_utils import uuid7

from receipts.imports import cells as reading_of
from receipts.imports import checks, staging, values
from receipts.imports.columns import AT, EMPTY, PLACE_NAMES, REVERSALS
from receipts.imports.formats import Format, plain
from receipts.imports.merge import Ready
from receipts.imports.notation import OrderedDays
from receipts.imports.placing import Placed
from receipts.imports.totals import Tally, signed
from receipts.imports.values import Unreadable

# What no column holds alone: it is found out of several, or given.
_MADE = frozenset(
    {AT.line, AT.place, AT.id, AT.local_date, AT.kind, AT.own_status, AT.status, AT.occurred_at}
    | {AT.authorised_minor, AT.refunded_said_minor, AT.settled_on}
    | {AT.card_tail, AT.chip, AT.slip_printed, AT.slip_cause}
)

type Plan = list[tuple[str, int, int, reading_of.Read]]


class Refused(Exception):
    """This row cannot go in. `column` is the field at fault, if one is; `row` what may be kept."""

    def __init__(self, line: int, reason: str, column: str = "", row: dict | None = None):
        super().__init__(reason)
        self.line, self.reason, self.column, self.row = line, reason, column, row or {}


@dataclass
class Chunk:
    """Some records in a row of a file: what is to be merged in one transaction."""

    start: int = 0  # records before it in the file
    read: int = 0
    payments: list[list] = field(default_factory=list)
    reversals: list[list] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    no_news: int = 0  # rows that tell of nothing that happened (a refund that failed)
    places: list[dict[str, str]] = field(default_factory=list)
    totals: list[dict] = field(default_factory=list)  # ours, of this chunk
    columns: Sequence[int] = staging.ALL_COLUMNS  # in which its payments may say something
    texts: list[str] = field(default_factory=list)  # its payments for COPY, in any order
    ready: Ready | None = None

    def make_ready(self) -> "Chunk":
        """What can be done before it is the chunk's turn at the database."""
        has_terminal = [bool(place["terminal_no"]) for place in self.places]
        self.ready = Ready(self.payments, has_terminal, self.columns, self.texts)
        return self


class RowReader:
    """Reads the records of one file: a format, the positions its header gave, and the present."""

    def __init__(self, format: Format, positions: dict[str, int], now: datetime):
        self.format, self.positions, self.now = format, positions, now
        self.width = 0
        self.money = format.money
        self.tally: Tally | None = None
        self._kinds = reading_of.Words("kind", format.words.get("kind", {}))
        self.moments = {format.zone: values.Moments(format.zone, now)}
        self.days = reading_of.remembering(_days(format, now).read)
        self._readers = reading_of.readers(format, self.days)
        self.template, self._place_defaults = reading_of.defaults(format)
        self._unsaid = self.template[AT.own_status]
        self.template[AT.own_status] = ""
        self.plan = self._plan(positions)
        # Where a kind of row has columns of its own, or a minus makes it a refund, the kind comes
        # first: kind → positions and plan.
        self.own: dict[str, tuple[dict[str, int], Plan]] = {}
        self.picks: list[tuple[int, ...]] = []
        self._kind_first = format.money.negative == "refund"
        self._has_minus = format.money.negative != "refuse"
        self.chip = [
            (name, positions[name], reading_of.remembering(read))
            for name, read in reading_of.CHIP_CODES.items()
            if name in positions
        ]
        self._clock = reading_of.remembering(values.clock)
        self._place_positions = [positions.get(name) for name in PLACE_NAMES]
        known = [position for position in self._place_positions if position is not None]
        self.place_cells = itemgetter(*known) if known else lambda cells: ()
        self._apart = reading_of.remembering(checks.days_apart)

    @classmethod
    def of(cls, placed: Placed, format: Format, now: datetime) -> "RowReader":
        """For a file whose columns have been found."""
        reader = cls(format, placed.positions, now)
        reader.width, reader.picks = placed.width, placed.picks
        reader.own = {kind: (own, reader._plan(own)) for kind, own in placed.by_kind.items()}
        reader._kind_first = reader._kind_first or bool(reader.own)
        return reader

    def _columns(self) -> Sequence[int]:
        """Where a payment of this file may differ from one of which nothing is told."""
        plans = [self.plan, *(plan for _positions, plan in self.own.values())]
        told = {slot for plan in plans for _name, _position, slot, _read in plan}
        said = {slot for slot, text in enumerate(self.template) if text != EMPTY[slot]}
        return sorted((_MADE | told | said).intersection(staging.ALL_COLUMNS))

    def _plan(self, positions: dict[str, int]) -> Plan:
        return [
            (name, positions[name], AT.__dict__[slot], read)
            for name, (slot, read) in self._readers.items()
            if name in positions
        ]

    # --- one chunk after another -----------------------------------------------------------------

    def start_chunk(self, start: int) -> Chunk:
        self.chunk = Chunk(start, columns=self._columns())
        self._places: dict[tuple[str, str], int] = {}
        self.places_by_cells: dict[object, int] = {}
        if self.tally is not None:
            self.tally.start()
        return self.chunk

    def end_chunk(self) -> Chunk:
        if self.tally is not None:
            self.chunk.totals = self.tally.result()
        return self.chunk

    def kind_of(self, cells: Sequence[str]) -> str:
        """What a record says it is, for totals of one kind; empty where that cannot be read."""
        position = self.positions.get("kind")
        text = cells[position] if position is not None and position < len(cells) else ""
        text = text.strip().strip(self.format.around).strip()
        try:
            kind = self._kinds(text) if text else self.template[AT.kind]
        except Unreadable:
            return ""
        if self.money.negative == "refund" and kind not in REVERSALS:
            position = self.positions.get("amount", len(cells))
            amount = (
                cells[position].strip(self.format.around + " \t") if position < len(cells) else ""
            )
            return "refund" if (signed(amount, self.money) or 0) < 0 else kind
        return kind

    def refuse(self, line: int, reason: str) -> None:
        """Take a record that gave no cells."""
        self.chunk.read += 1
        self.chunk.refused.append(Refused(line, reason))
        if self.tally is not None:
            self.tally.take(None)

    def take(self, line: int, cells: Sequence[str]) -> None:
        """Read one record into the chunk that was started."""
        chunk = self.chunk
        chunk.read += 1
        if self.tally is not None:
            is_whole = self.picks and len(cells) == self.width
            self.tally.take(self.picked(cells) if is_whole else cells)
        try:
            row = self.read(line, cells)
        except Refused as refused:
            chunk.refused.append(refused)
            return
        if row[AT.kind] not in REVERSALS:
            row[AT.id] = uuid7().hex
            chunk.payments.append(row)
        elif row[AT.own_status] in {"authorised", "declined"}:
            chunk.no_news += 1
        else:
            chunk.reversals.append(row)

    def read(self, line: int, cells: Sequence[str]) -> list:
        if len(cells) != self.width:
            cells = self._fitted(line, cells)
        if self.picks:
            cells = self.picked(cells)
        positions, plan, kind = self.positions, self.plan, ""
        if self._kind_first:
            kind = self.kind_of(cells)
            positions, plan = self.own.get(kind, (positions, plan))
        row = self.template.copy()
        row[0] = line
        name, around = "", self.format.around
        try:
            for name, position, slot, read in plan:  # noqa: B007  read when it fails
                if text := cells[position].strip():
                    if around and not (text := text.strip(around).strip()):
                        continue
                    row[slot] = read(text)
            if kind:
                row[AT.kind] = kind
            if self._has_minus:
                name = "amount"
                checks.take_minus(row)
            name = "chip"
            if self.chip:
                row[AT.chip] = self.chip_of(cells)
            name = "date"
            self._read_moment(row, cells, positions)
            name = "merchant_no"
            row[1] = self.place_of(cells)
            name = ""
            self._settle(row)
            (checks.reversal if row[AT.kind] in REVERSALS else checks.payment)(row)
            self._check_identity(row)
        except Unreadable as error:
            column = name or checks.COLUMN_AT_FAULT.get(error.reason, "")
            raise Refused(
                line,
                error.reason,
                column,
                reading_of.keepable(positions, cells, self.format.around),
            ) from None
        return row

    def _fitted(self, line: int, cells: Sequence[str]) -> Sequence[str]:
        """Empty cells too many at the end are harmless; anything else has moved something."""
        if len(cells) > self.width and not any(c.strip() for c in cells[self.width :]):
            return cells[: self.width]
        raise Refused(line, "too_few_cells" if len(cells) < self.width else "too_many_cells")

    def picked(self, cells: Sequence[str]) -> Sequence[str]:
        """With a cell more for each field that may stand in several: the first that is filled.
        Zeros alone fill none; so files write that there is no such number."""
        around = self.format.around + " \t"
        more = []
        for positions in self.picks:
            texts = [cells[position].strip(around) for position in positions]
            more.append(next((text for text in texts if text.strip("0.")), texts[0]))
        return [*cells, *more]

    def chip_of(self, cells: Sequence[str]) -> str:
        chip = {
            name: value
            for name, position, read in self.chip
            if (text := cells[position].strip(self.format.around + " \t")) and (value := read(text))
        }
        return json.dumps(chip, ensure_ascii=False, separators=(",", ":"))

    def _read_moment(self, row: list, cells: Sequence[str], positions: dict[str, int]) -> None:
        around = self.format.around + " \t"
        if "date_time" in positions and (text := cells[positions["date_time"]].strip(around)):
            day, time_of_day = self._split(row, text)
            if not time_of_day:
                return
        else:
            day = row[AT.local_date]
            time_of_day = cells[positions["time"]].strip(around) if "time" in positions else ""
            if not day:
                raise Unreadable("date_missing")
        if not time_of_day:
            raise Unreadable("time_missing")
        zone = self.format.zone
        if "time_zone" in positions and (text := cells[positions["time_zone"]].strip(around)):
            zone = self._zone(text)
        row[AT.local_date] = day
        row[AT.occurred_at] = self.moments[zone].read(day, self._clock(time_of_day))

    def _zone(self, text: str) -> ZoneInfo:
        """The zone that a cell names: in the format's words, or as the world's list does."""
        zone = self.format.zones.get(plain(text))
        if zone is None:
            try:
                zone = ZoneInfo(text)
            except (ValueError, OSError, ZoneInfoNotFoundError):
                raise Unreadable("zone") from None
        if zone not in self.moments:
            self.moments[zone] = values.Moments(zone, self.now)
        return zone

    def _split(self, row: list, text: str) -> tuple[str, str]:
        """Day and clock of a text that has both; no clock where it named a zone: all is done."""
        if text[-6:-5] in {"+", "-"} or text.endswith("Z"):
            self._read_instant(row, text)
            return "", ""
        day, _space, time_of_day = text.partition("T" if "T" in text else " ")
        if not time_of_day and len(text) in {12, 14} and text.isdigit():
            day, time_of_day = text[:8], text[8:]
        return self.days(day), time_of_day.strip()

    def _read_instant(self, row: list, text: str) -> None:
        try:
            local = datetime.fromisoformat(text).astimezone(self.format.zone)
        except (ValueError, OverflowError):  # the year 1, an hour before it
            raise Unreadable("date") from None
        row[AT.local_date] = self.days(local.date().isoformat())
        moments = self.moments[self.format.zone]
        row[AT.occurred_at] = moments.read(row[AT.local_date], f"{local:%H:%M:%S}")

    def place_of(self, cells: Sequence[str]) -> int:
        """The number in this chunk of the merchant and terminal that these cells name."""
        key = self.place_cells(cells)
        found = self.places_by_cells.get(key)
        if found is not None:
            return found
        named = {}
        for name, position in zip(PLACE_NAMES, self._place_positions, strict=True):
            text = "" if position is None else cells[position].strip(self.format.around + " \t")
            named[name] = (text and reading_of.PLACE[name](text)) or self._place_defaults[name]
        if not named["merchant_no"]:
            raise Unreadable("merchant_missing")
        identity = named["merchant_no"], named["terminal_no"]
        number = self._places.setdefault(identity, len(self._places))
        if number == len(self.chunk.places):
            self.chunk.places.append(named)
        else:  # the same shop, told more of
            known = self.chunk.places[number]
            known.update({name: known[name] or text for name, text in named.items()})
        self.places_by_cells[key] = number
        return number

    # --- what the cells mean together ------------------------------------------------------------

    def unsaid_status(self, kind: str) -> str:
        """Of a row that says none. An amount that is only held is not settled."""
        return "authorised" if kind == "auth" else self._unsaid

    def _settle(self, row: list) -> None:
        if not row[AT.amount_minor]:
            raise Unreadable("amount_missing")
        row[AT.own_status] = row[AT.own_status] or self.unsaid_status(row[AT.kind])
        if not row[AT.card_tail] and (row[AT.card_kind] == "code" or row[AT.entry_mode] == "Q"):
            row[AT.card_tail] = checks.tail_of_order(row[AT.order_no])
        if row[AT.settled_on]:
            apart = int(self._apart(row[AT.local_date] + row[AT.settled_on]))
            if apart < -1:
                raise Unreadable("settled_before_payment")
            if apart > 180:
                raise Unreadable("dates_far_apart")
        if row[AT.slip_cause] and row[AT.slip_printed] != "yes":
            row[AT.slip_printed] = "no"
        elif row[AT.slip_printed] != "no":
            row[AT.slip_cause] = ""

    def _check_identity(self, row: list) -> None:
        if row[AT.source_id] or row[AT.rrn]:
            return
        if row[AT.voucher_no] and row[AT.batch_no] and self.chunk.places[row[1]]["terminal_no"]:
            return
        raise Unreadable("no_identity")


def _days(format: Format, now: datetime) -> values.Days:
    today = now.astimezone(format.zone).date()
    return values.Days(today) if format.date == "ymd" else OrderedDays(today, format.date)
