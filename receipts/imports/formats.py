"""Formats are mapping files (TOML), not code: formats/*.toml, or any file a user names.

A format says how bytes become cells (encoding, delimiter or widths), which column is which, how
amounts, days and words are written, what is taken where nothing is said, and where the totals are.
mapping.py reads it, docs/formats.md teaches it.
"""

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from receipts.imports.columns import CHIP, ORIGINAL, PLACE_NAMES, RANK, REVERSALS
from receipts.imports.fixed import Fixed
from receipts.imports.notation import Money
from receipts.imports.totals import Totals
from receipts.models.payment import EntryMode, Kind, SlipCause, SlipPrinted

FOLDER = Path(__file__).parent / "formats"

# What a file can tell, by the names that mapping files use.
FIELDS = frozenset(
    {
        *PLACE_NAMES,
        *CHIP,
        *ORIGINAL,
        *("kind", "status", "source", "source_id", "date_time", "date", "time", "settled_on"),
        "time_zone",
        *("amount", "authorised_amount", "tip", "refunded_amount", "currency"),
        *("batch_no", "voucher_no", "rrn", "auth_code", "order_no", "operator_no", "instalments"),
        *("card", "device_card", "card_kind", "card_brand", "entry_mode", "no_pin_no_signature"),
        *("acquirer_code", "acquirer_name", "issuer_code", "issuer_name", "remarks"),
        *("slip_printed", "slip_cause"),
    }
)
# Fields that hold one of a few words, and what the words may mean.
WORDS = {
    "kind": frozenset(Kind) | REVERSALS,
    "status": frozenset(RANK) | {"partly_refunded", "refunded"},
    "entry_mode": frozenset(EntryMode) - {""},
    "card_kind": frozenset({"debit", "credit", "prepaid", "code"}),
    "no_pin_no_signature": frozenset({"0", "1"}),
    "slip_printed": frozenset(SlipPrinted),
    "slip_cause": frozenset(SlipCause),
}


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """What mapping files of one sort may speak of: those of payments here, others on floors above.
    `folder` has the ones that come with the product."""

    folder: Path
    fields: frozenset[str]
    words: dict[str, frozenset[str]]


PAYMENTS = Vocabulary(FOLDER, FIELDS, WORDS)


class FormatError(ValueError):
    """The mapping file, or a file's header under it, cannot be used; the text says why."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


def plain(title: str) -> str:
    """A column's title or a word as we compare it: width, case, spaces and dots do not matter."""
    return re.sub(r"[\s_./:：()（）]", "", unicodedata.normalize("NFKC", title)).casefold()


@dataclass(frozen=True)
class Format:
    name: str
    title: str
    text: str  # the mapping file itself
    sha256: str  # of the mapping file: the same bytes read in another way are other news
    encodings: tuple[str, ...]
    delimiter: str
    around: str  # characters put around every value, such as a back-tick
    comments: tuple[str, ...]  # what lines begin with that are no records
    has_header: bool
    skip_lines: int  # at the start of the file
    takes_first: bool  # of several columns for one field the first that is filled; else refused
    fixed: Fixed | None
    zone: ZoneInfo
    zones: dict[str, ZoneInfo]  # plain word in a column of zones → which
    date: str
    money: Money
    columns: dict[str, tuple[str, ...]]  # field → titles as written, or positions from 1
    kinds: dict[str, dict[str, tuple[str, ...]]]  # kind of row → what is elsewhere in it
    required: tuple[tuple[str, ...], ...]
    words: dict[str, dict[str, str]]  # field → plain word → meaning
    defaults: dict[str, str]
    skip: dict[str, frozenset[str]]  # title, field or position → words of rows that are none
    drop: tuple[str, ...]  # titles named so that nobody has to wonder: they are not read
    totals: Totals

    def knows(self, header: Sequence[str]) -> int:
        """How many of these titles are columns of ours: what tells a header from anything else."""
        titles = {
            plain(title)
            for columns in (self.columns, *self.kinds.values())
            for known in columns.values()
            for title in known
        }
        return sum(plain(title) in titles for title in header)


def names(speaks: Vocabulary = PAYMENTS) -> list[str]:
    """The formats that come with the product."""
    return sorted(path.stem for path in speaks.folder.glob("*.toml"))


def is_shipped(format: Format) -> bool:
    """Whether it is one of these, to the byte."""
    return format.name in names() and get(format.name).sha256 == format.sha256


def get(name: str, speaks: Vocabulary = PAYMENTS) -> Format:
    """A format by its name, or by the path of a mapping file."""
    is_path = name.endswith(".toml") or "/" in name
    path = Path(name) if is_path else speaks.folder / f"{name}.toml"
    try:
        content = path.read_bytes()
    except OSError:
        raise FormatError(
            "format_unknown",
            _("没有格式“{name}”。可用的有：{names}；也可以给出 .toml 文件的路径").format(
                name=name, names="、".join(names(speaks))
            ),
        ) from None
    return understood(content, path.stem, speaks)


def understood(content: bytes, name: str, speaks: Vocabulary = PAYMENTS) -> Format:
    """The format that a mapping file's content is. Raises FormatError."""
    try:
        return _made(content, name, speaks)
    except (KeyError, TypeError, AttributeError, ValueError, re.error) as error:
        said = error if isinstance(error, FormatError) else f"{type(error).__name__}: {error}"
        wrong = _("格式文件 {name} 读不懂：{error}").format(name=f"{name}.toml", error=said)
        raise FormatError("format_broken", wrong) from error


@lru_cache(maxsize=64)
def _made(content: bytes, stem: str, speaks: Vocabulary) -> Format:
    """The file is read each time, so that one that was mended is seen; understood once."""
    from receipts.imports import mapping  # makes what is defined here

    text = content.decode("utf-8")
    data = tomllib.loads(text)
    return mapping.made(data, text, hashlib.sha256(content).hexdigest(), stem, speaks)
