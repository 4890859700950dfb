"""Many records at once, column by column: several times sooner than one after another.

What a record means is said in one place, `RowReader.read`. This reads the records in which all is
plain: every cell can be read, nothing has to be weighed against something else, and no money goes
back. All others, and whatever is only a little unusual, are left to that reader, one by one, so
that the two never say different things of one record; tests hold them against each other.
"""

from collections.abc import Iterable, Sequence
from itertools import compress, repeat
from operator import itemgetter

from uuid_utils import uuid7

from receipts.imports import checks, staging
from receipts.imports.cells import readers as readers_of
from receipts.imports.columns import AT, EMPTY, REVERSALS, WIDTH
from receipts.imports.reading import Broken
from receipts.imports.rows import RowReader
from receipts.imports.sheet import Record
from receipts.imports.sweeps import Apart, Clocks, Remembering, sweep
from receipts.imports.values import Unreadable

AT_ONCE = 250  # records: all of them are held at the same time, and a line may be long
_REFUNDED = frozenset({"refunded", "partly_refunded"})
_BETWEEN = frozenset({" ", "T"})  # a day and a time in one cell
_UNSETTLED = frozenset({"authorised", "declined"})
# What a default would make otherwise than the columns do that are looked at here.
_WEIGHED = (
    *(AT.amount_minor, AT.authorised_minor, AT.tip_minor, AT.refunded_said_minor),
    *(AT.local_date, AT.settled_on, AT.slip_cause),
)


class Block:
    """Some records as columns, as far as they are plain."""

    def __init__(self, records: list[Record], width: int):
        self.odd: list[Record] = []  # to be read one by one
        self.records = records
        self.cells: list[Sequence[str]] = []
        self.columns: dict[int, list] = {}  # by position in the row
        self.keep([not isinstance(c, Broken) and len(c) == width for _line, c in records])

    def keep(self, plain: Sequence) -> None:
        """Only these; the others are odd."""
        if all(plain):
            return
        self.odd += [
            record for record, is_plain in zip(self.records, plain, strict=True) if not is_plain
        ]
        self.records = list(compress(self.records, plain))
        self.cells = list(compress(self.cells, plain))
        self.columns = {slot: list(compress(c, plain)) for slot, c in self.columns.items()}


class BlockReader:
    """Reads the records of one file into the chunk that its RowReader was started on."""

    def __init__(self, reader: RowReader, as_text: bool = False):
        """`as_text`: make the chunk's text for COPY, too, while the values are at hand."""
        self.as_text = as_text
        self.reader, self.template, self.positions = reader, reader.template, reader.positions
        around = reader.format.around
        # Sweeps remember whole cells; under them nothing need be remembered again.
        readers = readers_of(reader.format, reader.days, lambda read: read)
        self.sweeps = [
            (slot, position, sweep(name, readers[name][1], around, self.template[slot]))
            for name, position, slot, _read in reader.plan
        ]
        self.days = Remembering(reader.days, around)
        self.clocks = Clocks(reader.moments[reader.format.zone], around)
        self.apart = Apart()
        self.by_rows = REVERSALS.union(reader.own)  # kinds that are read one by one
        # A zone of its own in each record is for the other way, and so is what nobody thought of.
        is_able = "time_zone" not in reader.positions and all(
            self.template[slot] == EMPTY[slot] for slot in _WEIGHED
        )
        self.width = reader.width if is_able else -1

    def take(self, records: list[Record]) -> None:
        """What RowReader does with each of them, in their order."""
        block = Block(records, self.width)
        self._sweep(block)
        for step in (self._kinds, self._moments, self._money, self._settled, self._card):
            if not block.records:
                break
            step(block)
        self._finish(block)

    def _column(self, block: Block, slot: int) -> Iterable:
        return block.columns.get(slot) or repeat(self.template[slot], len(block.records))

    # --- one column after another ----------------------------------------------------------------

    def _sweep(self, block: Block) -> None:
        reader = self.reader
        block.cells = [cells for _line, cells in block.records if not isinstance(cells, Broken)]
        if reader.picks:
            block.cells = list(map(reader.picked, block.cells))
        if not block.records:
            return
        columns = list(zip(*block.cells, strict=True))
        swept = {slot: sweep(columns[position]) for slot, position, sweep in self.sweeps}
        block.columns = swept
        for column in swept.values():
            if None in column:
                block.keep([None not in values for values in zip(*swept.values(), strict=True)])
                return

    def _kinds(self, block: Block) -> None:
        """What takes money back, or has columns of its own, is read by itself; so is a payment that
        says by its status what was given back."""
        if AT.kind in block.columns:
            by_rows = self.by_rows
            block.keep([kind not in by_rows for kind in block.columns[AT.kind]])
        elif self.template[AT.kind] in self.by_rows:
            block.keep([False] * len(block.records))
        unsaid = self.reader.unsaid_status
        own = [
            status or unsaid(kind)
            for status, kind in zip(
                self._column(block, AT.own_status), self._column(block, AT.kind), strict=True
            )
        ]
        block.columns[AT.own_status] = own
        block.columns[AT.status] = own
        block.keep([status not in _REFUNDED for status in own])

    def _moments(self, block: Block) -> None:
        positions, cells = self.positions, block.cells
        if "date_time" in positions:
            both = list(map(itemgetter(positions["date_time"]), cells))
            if around := self.reader.format.around:
                both = [text.strip(around + " \t") for text in both]
            times = [text[11:] if text[10:11] in _BETWEEN else "" for text in both]
            block.columns[AT.local_date] = [self.days[text[:10]] or "" for text in both]
        else:
            times = list(map(itemgetter(positions["time"]), cells)) if "time" in positions else []
        days = block.columns.get(AT.local_date)
        if not days or not times:
            block.keep([False] * len(block.records))
            return
        block.columns[AT.occurred_at] = moments = self.clocks(days, times)
        block.keep([day and moment for day, moment in zip(days, moments, strict=True)])

    def _money(self, block: Block) -> None:
        """What has to be weighed against the amount is for the other way: a tip, a refund. Texts
        above "0" are numbers above it: none has a zero in front."""
        amounts = block.columns.get(AT.amount_minor)
        if amounts is None:
            block.keep([False] * len(block.records))
            return
        block.keep([amount > "0" for amount in amounts])
        for slot in (AT.tip_minor, AT.refunded_said_minor):
            if slot in block.columns:
                block.keep([amount == "0" for amount in block.columns[slot]])
        if AT.authorised_minor in block.columns:
            block.keep([not one or one > "0" for one in block.columns[AT.authorised_minor]])
            both = zip(
                block.columns[AT.authorised_minor], block.columns[AT.amount_minor], strict=True
            )
            block.columns[AT.authorised_minor] = [
                "" if one == amount else one for one, amount in both
            ]

    def _settled(self, block: Block) -> None:
        settled, days = block.columns.get(AT.settled_on), block.columns[AT.local_date]
        if not settled:
            return
        apart = self.apart
        block.columns[AT.settled_on] = [
            "" if status in _UNSETTLED else day
            for status, day in zip(block.columns[AT.own_status], settled, strict=True)
        ]
        block.keep([not to or apart[day + to] for day, to in zip(days, settled, strict=True)])

    def _card(self, block: Block) -> None:
        if AT.slip_cause in block.columns:
            block.keep([not cause for cause in block.columns[AT.slip_cause]])
        told = (self._column(block, slot) for slot in (AT.card_kind, AT.entry_mode))
        is_code = [kind == "code" or mode == "Q" for kind, mode in zip(*told, strict=True)]
        if any(is_code):
            told = (self._column(block, slot) for slot in (AT.card_tail, AT.order_no))
            block.columns[AT.card_tail] = [
                tail or (code and checks.tail_of_order(order)) or ""
                for code, tail, order in zip(is_code, *told, strict=True)
            ]
        if self.reader.chip:
            block.columns[AT.chip] = chips = list(map(self._chip, block.cells))
            block.keep(chips)

    def _chip(self, cells: Sequence[str]) -> str:
        try:
            return self.reader.chip_of(cells)
        except Unreadable:
            return ""

    # --- into the chunk --------------------------------------------------------------------------

    def _finish(self, block: Block) -> None:
        """In the order of the file: who names a shop first says what it is called."""
        reader, payments = self.reader, self.reader.chunk.payments
        before = len(payments)
        block.columns[AT.place] = places = list(
            map(reader.places_by_cells.get, map(reader.place_cells, block.cells))
        )
        nameless = self._nameless(block)
        asked = nameless.union(number for number, place in enumerate(places) if place is None)
        turns = [(block.records[number][0], number) for number in asked]
        turns += [(record[0], -1 - number) for number, record in enumerate(block.odd)]
        for _line, number in sorted(turns):
            if number < 0:
                self.by_itself(block.odd[-1 - number])
            elif not self._is_placed(block, number, number in nameless):
                places[number] = None
                self.by_itself(block.records[number])
        block.keep([place is not None for place in places])
        rows = self._rows(block)
        if len(payments) > before:
            if self.as_text:
                text = staging.payments_as_text(payments[before:], reader.chunk.columns)
                reader.chunk.texts.append(text)
            payments[before:] = sorted([*payments[before:], *rows], key=itemgetter(AT.line))
        else:
            payments += rows

    def _nameless(self, block: Block) -> set[int]:
        """Records that have no id and no reference number, by their place here."""
        ids, references = (list(self._column(block, slot)) for slot in (AT.source_id, AT.rrn))
        if "" not in ids or "" not in references:
            return set()
        return {n for n, names in enumerate(zip(ids, references, strict=True)) if not any(names)}

    def by_itself(self, record: Record) -> None:
        line, cells = record
        if isinstance(cells, Broken):
            self.reader.refuse(line, cells.reason)
        else:
            self.reader.take(line, cells)

    def _is_placed(self, block: Block, number: int, is_nameless: bool) -> bool:
        """Whether this record has a shop, and a name by which it is known again."""
        places = block.columns[AT.place]
        try:
            places[number] = place = self.reader.place_of(block.cells[number])
        except Unreadable:
            return False
        if not is_nameless:
            return True
        voucher = AT.voucher_no in block.columns and block.columns[AT.voucher_no][number]
        batch = AT.batch_no in block.columns and block.columns[AT.batch_no][number]
        return bool(voucher and batch and self.reader.chunk.places[place]["terminal_no"])

    def _text(self, block: Block) -> str:
        columns: list[Iterable[str]] = [
            list(map(str, block.columns[slot])) for slot in (AT.line, AT.place)
        ]
        columns += [self._column(block, slot) for slot in self.reader.chunk.columns[2:]]
        return "\n".join(map("\t".join, zip(*columns, strict=True)))

    def _rows(self, block: Block) -> list[list]:
        reader, columns = self.reader, block.columns
        if not block.records:
            return []
        reader.chunk.read += len(block.records)
        if reader.tally is not None:
            for cells in block.cells:
                reader.tally.take(cells)
        columns[AT.line] = [line for line, _cells in block.records]
        columns[AT.id] = [uuid7().hex for _record in block.records]
        if self.as_text:
            reader.chunk.texts.append(self._text(block))
        every = (self._column(block, slot) for slot in range(WIDTH))
        return list(map(list, zip(*every, strict=True)))
