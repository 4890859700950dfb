"""A slip as rows of plain text, for a printer that sets characters in columns and for a page."""

from collections.abc import Iterator
from dataclasses import dataclass

from receipts.slip.content import Field, SlipContent, Words


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    align: str = "left"  # left | center | right
    bold: bool = False
    size: str = ""  # "" | tall | large


@dataclass(frozen=True, slots=True)
class Pair:
    """A title at the left edge, its value at the right one."""

    title: str
    value: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code that leads to `address`."""

    address: str


Row = Text | Pair | Rule | Code


def rows(slip: SlipContent) -> Iterator[Row]:
    yield Text(_both(slip.title), "center", bold=True)
    if slip.duplicate:
        yield Text(slip.duplicate.zh, "center", bold=True)
        yield Text(slip.duplicate.en, "center", bold=True)
    yield Text(slip.merchant.zh, "center", bold=True, size="tall")
    if slip.merchant.en:
        yield Text(slip.merchant.en, "center")
    yield Text(_both(slip.copy), "center")
    yield Rule(strong=True)
    yield Pair(_both(slip.type), _both(slip.amount.title))
    yield Text(slip.amount.symbol + slip.amount.digits, "right", bold=True, size="large")
    yield Text(_both(slip.amount.status), "right")
    yield from _pairs(slip.parts)
    yield Rule()
    yield from _pairs(slip.card)
    if slip.numbers or slip.chip:
        yield Rule()
        yield from _pairs((*slip.numbers, *slip.chip))
    for reversal in slip.reversals:
        yield Rule()
        yield from _pairs(reversal)
    if slip.notes:
        yield Rule()
    for note in slip.notes:
        yield from _said(note)
    yield Rule(strong=True)
    if slip.verify:
        yield Code(slip.verify.address)
        yield Text(f"核验码 VERIFY {slip.verify.code}", "center", bold=True)
    for words in slip.statement:
        yield from _said(words)


def _both(words: Words) -> str:
    return " ".join(part for part in (words.zh, words.en) if part)


def _said(words: Words) -> Iterator[Row]:
    return (Text(part) for part in (words.zh, words.en) if part)


def _pairs(fields: tuple[Field, ...]) -> Iterator[Row]:
    return (Pair(_both(entry.title), entry.value, entry.strong) for entry in fields)
