"""Formats are mapping files (TOML), not code: formats/*.toml, or any file a user names.

A format says how bytes become cells (encoding, delimiter), which column is which (by name, with
alternatives), how amounts, days and words are written, and what is taken where nothing is said.
docs/formats.md teaches it.
"""

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from receipts.imports import values
from receipts.imports.columns import CHIP, ORIGINAL, PLACE_NAMES, RANK, REVERSALS
from receipts.imports.totals import Total, Totals
from receipts.models.payment import EntryMode, Kind, SlipCause, SlipPrinted

FOLDER = Path(__file__).parent / "formats"

# What a file can tell, by the names that mapping files use.
FIELDS = frozenset(
    {
        *PLACE_NAMES,
        *CHIP,
        *ORIGINAL,
        *("kind", "status", "source", "source_id", "date_time", "date", "time", "settled_on"),
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
# No mapping may let these in, whatever it calls them.
_NEVER = re.compile(
    r"持卡人|姓名|身份证|证件|有效期|磁道|密码|手机|电话|cvv|cvn|cvc|cardholder|idnumber|expiry|track",
    re.IGNORECASE,
)


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
    sha256: str  # of the mapping file: the same bytes read in another way are other news
    encodings: tuple[str, ...]
    delimiter: str
    around: str  # characters put around every value, such as a back-tick
    comments: tuple[str, ...]
    zone: ZoneInfo
    amount: str  # yuan | fen
    columns: dict[str, tuple[str, ...]]  # field → titles as written
    required: tuple[tuple[str, ...], ...]
    words: dict[str, dict[str, str]]  # field → plain word → meaning
    defaults: dict[str, str]
    totals: Totals

    @property
    def money(self) -> Callable[[str], str]:
        """Reads an amount as this format writes it → fen."""
        return values.fen_from_yuan if self.amount == "yuan" else values.fen_from_fen

    def find_columns(self, header: Sequence[str]) -> dict[str, int]:
        """Field → position. Raises FormatError for a column that is missing or there twice."""
        fields = {plain(title): field for field, titles in self.columns.items() for title in titles}
        found: dict[str, int] = {}
        for position, title in enumerate(header):
            field = fields.get(plain(title))
            if field is None:
                continue
            if field in found:
                raise FormatError(
                    "column_doubled",
                    _("有两列都是“{column}”：第 {first} 列和第 {second} 列").format(
                        column=self.columns[field][0], first=found[field] + 1, second=position + 1
                    ),
                )
            found[field] = position
        missing = [
            " / ".join(self.columns[field][0] for field in choice)
            for choice in self.required
            if not any(field in found for field in choice)
        ]
        if missing:
            raise FormatError(
                "column_missing", _("缺少列：{columns}").format(columns="、".join(missing))
            )
        return found

    def knows(self, header: Sequence[str]) -> int:
        """How many of these titles are columns of ours: what tells a header from anything else."""
        titles = {plain(title) for known in self.columns.values() for title in known}
        return sum(plain(title) in titles for title in header)


def names() -> list[str]:
    """The formats that come with the product."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def get(name: str) -> Format:
    """A format by its name, or by the path of a mapping file."""
    path = Path(name) if name.endswith(".toml") or "/" in name else FOLDER / f"{name}.toml"
    try:
        content = path.read_bytes()
    except OSError:
        raise FormatError(
            "format_unknown",
            _("没有格式“{name}”。可用的有：{names}；也可以给出 .toml 文件的路径").format(
                name=name, names="、".join(names())
            ),
        ) from None
    try:
        data = tomllib.loads(content.decode("utf-8"))
        return _made(data, hashlib.sha256(content).hexdigest(), path.stem)
    except (
        tomllib.TOMLDecodeError,
        UnicodeDecodeError,
        KeyError,
        TypeError,
        ValueError,
        re.error,
    ) as error:
        said = error if isinstance(error, FormatError) else f"{type(error).__name__}: {error}"
        raise FormatError(
            "format_broken", _("格式文件 {name} 读不懂：{error}").format(name=path.name, error=said)
        ) from error


def _made(data: dict, sha256: str, stem: str) -> Format:
    file, notation = data.get("file", {}), data.get("values", {})
    columns = {field: tuple(_listed(titles)) for field, titles in data["columns"].items()}
    unknown = sorted(set(columns) - FIELDS | set(data.get("defaults", {})) - FIELDS)
    if unknown:
        raise FormatError(
            "format_broken", _("没有这样的栏目：{names}").format(names="、".join(unknown))
        )
    for titles in columns.values():
        if forbidden := [title for title in titles if _NEVER.search(title)]:
            raise FormatError(
                "format_broken",
                _("不能读入持卡人信息：{names}").format(names="、".join(forbidden)),
            )
    if notation.get("amount", "yuan") not in {"yuan", "fen"}:
        raise FormatError("format_broken", "values.amount: yuan | fen")
    return Format(
        name=str(data.get("name", stem))[:60],
        title=str(data.get("title", stem)),
        sha256=sha256,
        encodings=tuple(_listed(file.get("encoding", "utf-8"))),
        delimiter=file.get("delimiter", ","),
        around=file.get("around", ""),
        comments=tuple(_listed(file.get("comments", []))),
        zone=ZoneInfo(notation.get("time_zone", "Asia/Shanghai")),
        amount=notation.get("amount", "yuan"),
        columns=columns,
        required=tuple(
            tuple(choice.split("|")) for choice in data.get("required", {}).get("columns", [])
        ),
        words={field: _words(field, words) for field, words in data.get("words", {}).items()},
        defaults={field: str(value) for field, value in data.get("defaults", {}).items()},
        totals=_totals(data.get("totals", {})),
    )


def _listed(value: str | Iterable[str]) -> Iterable[str]:
    return [value] if isinstance(value, str) else value


def _words(field: str, meanings: dict[str, list[str]]) -> dict[str, str]:
    if field not in WORDS:
        raise FormatError("format_broken", f"words.{field}")
    if unknown := sorted(set(meanings) - WORDS[field]):
        raise FormatError("format_broken", f"words.{field}: {', '.join(unknown)}")
    return {plain(word): meaning for meaning, words in meanings.items() for word in _listed(words)}


def _totals(said: dict) -> Totals:
    figures = tuple(
        Total(
            name=figure["name"],
            sums=tuple(_listed(figure.get("sums", []))),
            of=frozenset(_listed(figure.get("of", []))),
        )
        for figure in said.get("figures", [])
    )
    lines = tuple(re.compile(line) for line in _listed(said.get("lines", [])))
    names = {figure.name for figure in figures}
    for line in lines:
        if unknown := sorted(set(line.groupindex) - names):
            raise FormatError("format_broken", f"totals.lines: {', '.join(unknown)}")
    if unknown := sorted(set().union(*(figure.of for figure in figures)) - WORDS["kind"]):
        raise FormatError("format_broken", f"totals.figures.of: {', '.join(unknown)}")
    return Totals(figures, said.get("header", ""), lines, bool(said.get("required", False)))
