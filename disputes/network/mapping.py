"""Mapping files for messages of the card network: the machinery of payment files
(receipts.imports.formats) with words of its own. A row of a file → Incoming."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from disputes.models.network import CardKind
from disputes.network.incoming import Incoming
from disputes.policy import network as rules
from receipts.imports import formats, values
from receipts.imports.formats import Format, Vocabulary, plain
from receipts.imports.notation import OrderedDays
from receipts.imports.placing import Placed
from receipts.imports.values import Code, Days, Text, Unreadable

VOCABULARY = Vocabulary(
    Path(__file__).parent / "formats",
    frozenset(
        {
            *("code", "network_ref", "reason_code", "rrn", "card", "card_kind", "merchant_no"),
            *("date", "payment_amount", "amount", "sent_on", "due_on", "words"),
        }
    ),
    {
        "code": frozenset(rules.INCOMING),
        "card_kind": frozenset({CardKind.DEBIT.value, CardKind.CREDIT.value}),
    },
)
AHEAD = timedelta(days=400)  # how far ahead the network may set a last day
CODES: dict[str, Callable[[str], str]] = {
    "network_ref": Code(40),
    "reason_code": Code(12, zeros_are_nothing=False),
    "rrn": Code(12, pad=12),
    "merchant_no": Code(15),
    "words": Text(300),
}


class BadRow(Exception):
    """A row that cannot be read: which field, and why (network.reasons)."""

    def __init__(self, column: str, reason: str):
        super().__init__(f"{column}: {reason}")
        self.column, self.reason = column, reason


def names() -> list[str]:
    return formats.names(VOCABULARY)


def get(name: str) -> Format:
    """Raises formats.FormatError."""
    return formats.get(name, VOCABULARY)


@dataclass(frozen=True)
class Rows:
    """Reads the records of one file."""

    format: Format
    placed: Placed
    today: date

    def read(self, cells: Sequence[str]) -> Incoming:
        """Raises BadRow."""
        if len(cells) < self.placed.width:
            raise BadRow("", "too_few_cells")
        if len(cells) > self.placed.width:
            raise BadRow("", "too_many_cells")
        said = {name: self._value(name, cells) for name in VOCABULARY.fields}
        message = Incoming(
            code=said["code"],
            rrn=said["rrn"],
            card_tail=said["card"],
            card_kind=said["card_kind"],
            on=_day(said["date"]),
            amount_minor=int(said["amount"]) if said["amount"] else None,
            payment_minor=int(said["payment_amount"]) if said["payment_amount"] else None,
            merchant_no=said["merchant_no"],
            network_ref=said["network_ref"],
            reason_code=said["reason_code"],
            text=said["words"],
            sent_on=_day(said["sent_on"]),
            due_on=_day(said["due_on"]),
        )
        _check(message)
        return message

    def _value(self, name: str, cells: Sequence[str]) -> str:
        text = self.text(name, cells)
        if not text:
            return self.format.defaults.get(name, "")
        try:
            return self._read(name, text)
        except Unreadable as error:
            raise BadRow(name, error.reason) from None

    def text(self, name: str, cells: Sequence[str]) -> str:
        """The bare cell of that field; of several columns the first that is filled."""
        position = self.placed.positions.get(name)
        if position is None:
            return ""
        width = self.placed.width
        places = (position,) if position < width else self.placed.picks[position - width]
        around = self.format.around
        for place in places:
            cell = cells[place] if place < len(cells) else ""
            if bare := cell.strip().strip(around).strip():
                return bare
        return ""

    def _read(self, name: str, text: str) -> str:
        if name in CODES:
            return CODES[name](text)
        if name in {"amount", "payment_amount"}:
            fen = self.format.money(text)
            if fen in {"", "0"}:
                raise Unreadable("amount_zero")
            return fen
        if name in {"date", "sent_on", "due_on"}:
            return self._days(name).read(text)
        if name == "card":
            return values.card_tail(text)
        known = self.format.words.get(name) or {plain(w): w for w in VOCABULARY.words[name]}
        if (meaning := known.get(plain(text))) is None:
            is_ours = name == "code" and text.strip().upper() in rules.OUTGOING
            raise Unreadable("code_outgoing" if is_ours else "code" if name == "code" else "word")
        return meaning

    def _days(self, name: str) -> Days:
        latest = self.today + AHEAD if name == "due_on" else self.today
        if self.format.date == "ymd":
            return Days(latest)
        return OrderedDays(latest, self.format.date)

    def kept(self, cells: Sequence[str]) -> dict:
        """What may be kept of a row that could not be read: the columns we know, numbers cut."""
        found = {}
        for name in sorted(VOCABULARY.fields):
            if text := self.text(name, cells)[:480]:
                safe = "****" if name == "card" else values.without_long_numbers(text)
                if name == "rrn":
                    safe = values.without_numbers(text)
                found[name] = "".join(c if c.isprintable() else "\ufffd" for c in safe)[:120]
        return found


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _check(message: Incoming) -> None:
    if not message.code:
        raise BadRow("code", "code_missing")
    if message.on is None:
        raise BadRow("date", "date_missing")
    if not message.rrn and not (message.card_tail and message.paid_minor):
        raise BadRow("rrn", "no_identity")
    if not message.network_ref and message.sent_on is None:
        raise BadRow("network_ref", "no_number")
    if message.sent_on and message.due_on and message.due_on < message.sent_on:
        raise BadRow("due_on", "due_before_sent")
