"""A mapping file's TOML → Format. Whatever it cannot mean is refused with its place in the file."""

import re
from collections.abc import Iterable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

from receipts.imports import cells
from receipts.imports.fixed import Cut, Fixed
from receipts.imports.formats import (
    PAYMENTS,
    WORDS,
    Format,
    FormatError,
    Vocabulary,
    plain,
)
from receipts.imports.notation import DATES, NEGATIVES, UNITS, Money
from receipts.imports.totals import Total, Totals

KEYS = {
    "": {"name", "title", "about", "file", "record", "values", "defaults", "columns", "kinds"}
    | {"required", "drop", "skip", "words", "totals"},
    "file": {"layout", "encoding", "delimiter", "around", "comments", "header", "skip_lines"}
    | {"several", "units"},
    "record": {"at", "width", "row", "others", "trailer", "header", "length"},
    "values": {"time_zone", "amount", "currency_signs", "decimal", "parentheses", "negative"}
    | {"date"},
    "required": {"columns"},
    "drop": {"columns"},
    "totals": {"header", "lines", "figures", "required"},
}
_FIGURE = {"name", "sums", "of", "at", "width", "in"}
_ENCODING = {"utf-8", "gb18030", "gbk", "gb2312", "cp936", "utf-16"}
# No mapping may let these in, whatever it calls them.
_NEVER = re.compile(
    r"持卡人|姓名|身份证|证件|有效期|磁道|密码|手机|电话|cvv|cvn|cvc|cardholder|idnumber|expiry|track",
    re.IGNORECASE,
)
# These only where nothing but the last four digits is kept.
_CARD = re.compile(r"卡号|^card(no|num)|^pan(?!e)")


def wrong(place: str, why: str = "") -> FormatError:
    return FormatError("format_broken", f"{place}: {why}" if why else place)


def made(data: dict, text: str, sha256: str, stem: str, speaks: Vocabulary = PAYMENTS) -> Format:
    """Raises FormatError, KeyError, TypeError, ValueError or re.error: the file makes no sense."""
    _check_keys(data)
    file, notation = data.get("file", {}), data.get("values", {})
    is_fixed = _one_of(file, "file.layout", "delimited", {"delimited", "fixed"}) == "fixed"
    has_header = bool(file.get("header", True)) and not is_fixed
    fixed = _fixed(data, file) if is_fixed else None
    columns = _columns(data["columns"], "columns", has_header, fixed)
    kinds = {
        kind: _columns(own, f"kinds.{kind}", has_header, fixed)
        for kind, own in data.get("kinds", {}).items()
    }
    if unknown := sorted(set(kinds) - speaks.words.get("kind", frozenset())):
        raise wrong("kinds", ", ".join(unknown))
    zones = data.get("words", {}).get("time_zone", {})
    format = Format(
        name=str(data.get("name", stem))[:60],
        title=str(data.get("title", stem)),
        text=text,
        sha256=sha256,
        encodings=tuple(_encoding(name) for name in _listed(file.get("encoding", "utf-8"))),
        delimiter=_delimiter(file.get("delimiter", ",")),
        around=file.get("around", ""),
        comments=tuple(filter(None, _listed(file.get("comments", [])))),
        has_header=has_header,
        skip_lines=int(file.get("skip_lines", 0)),
        takes_first=_one_of(file, "file.several", "refuse", {"refuse", "first"}) == "first",
        fixed=fixed,
        zone=_zone(notation.get("time_zone", "Asia/Shanghai")),
        zones={plain(word): _zone(z) for z, words in zones.items() for word in _listed(words)},
        date=_one_of(notation, "values.date", "ymd", DATES),
        money=_money(notation),
        columns=columns,
        kinds=kinds,
        required=tuple(
            tuple(choice.split("|")) for choice in data.get("required", {}).get("columns", [])
        ),
        words={
            field: _words(field, words, speaks)
            for field, words in data.get("words", {}).items()
            if field != "time_zone"
        },
        defaults={field: str(value) for field, value in data.get("defaults", {}).items()},
        skip={
            title: frozenset(map(plain, _listed(words)))
            for title, words in data.get("skip", {}).items()
        },
        drop=tuple(data.get("drop", {}).get("columns", [])),
        totals=_totals(data.get("totals", {}), fixed),
    )
    _check_fields(format, speaks)
    if speaks is PAYMENTS:
        cells.defaults(format)
    return format


def _check_keys(data: dict) -> None:
    """A misspelt key would be silently without effect."""
    for section, known in KEYS.items():
        said = data if not section else data.get(section, {})
        if not isinstance(said, dict):
            raise wrong(section)
        if unknown := sorted(set(said) - known):
            where = f"{section}." if section else ""
            raise FormatError(
                "format_broken",
                _("不认识 {names}；这里可以写 {known}").format(
                    names="、".join(f"{where}{name}" for name in unknown),
                    known="、".join(sorted(known)),
                ),
            )


def never_read(title: str) -> bool:
    """Whether this is the title of a column that is not to be let in, whatever it is wanted for."""
    return bool(_NEVER.search(title) or _CARD.search(plain(title)))


def _check_fields(format: Format, speaks: Vocabulary) -> None:
    named = {*format.columns, *format.defaults, *(n for own in format.kinds.values() for n in own)}
    named |= {name for choice in format.required for name in choice}
    if unknown := sorted(named - speaks.fields):
        raise FormatError(
            "format_broken", _("没有这样的栏目：{names}").format(names="、".join(unknown))
        )
    for columns in (format.columns, *format.kinds.values()):
        for name, titles in columns.items():
            if forbidden := [title for title in titles if _NEVER.search(title)]:
                raise FormatError(
                    "format_broken",
                    _("不能读入持卡人信息：{names}").format(names="、".join(forbidden)),
                )
            cards = [title for title in titles if _CARD.search(plain(title))]
            if cards and name not in {"card", "device_card"}:
                raise FormatError(
                    "format_broken",
                    _("卡号只能读作 card 或 device_card：{names}").format(names="、".join(cards)),
                )


def _one_of(section: dict, place: str, default: str, known: Iterable[str]) -> str:
    said = section.get(place.rpartition(".")[2], default)
    if said not in known:
        raise wrong(place, " | ".join(sorted(known)))
    return said


def _encoding(name: str) -> str:
    if name.lower() not in _ENCODING:
        raise wrong("file.encoding", " | ".join(sorted(_ENCODING)))
    return name.lower()


def _delimiter(text: str) -> str:
    if len(text) != 1 or text in '"\n\r':
        raise wrong("file.delimiter", _("应为一个字符"))
    return text


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise wrong("time_zone", name) from None


def _money(notation: dict) -> Money:
    return Money(
        unit=_one_of(notation, "values.amount", "yuan", UNITS),
        signs=tuple(filter(None, _listed(notation.get("currency_signs", [])))),
        decimal=_one_of(notation, "values.decimal", ".", {".", ","}),
        parentheses=bool(notation.get("parentheses", False)),
        negative=_one_of(notation, "values.negative", "refuse", NEGATIVES),
    )


def _listed(value) -> Iterable:
    return value if isinstance(value, list | tuple) else [value]


# --- columns -------------------------------------------------------------------------------------


def _columns(said: dict, place: str, has_header: bool, fixed: Fixed | None) -> dict[str, tuple]:
    return {
        name: _column(value, f"{place}.{name}", has_header, fixed) for name, value in said.items()
    }


def _column(value, place: str, has_header: bool, fixed: Fixed | None) -> tuple[str, ...]:
    """Titles; or positions, from 1, as text: of the column, or of the cut of a fixed line."""
    if fixed is not None:
        return (str(fixed.cuts.index(_cut(value, place)) + 1),)
    values = tuple(_listed(value))
    wanted = str if has_header else int
    if not values or not all(isinstance(v, wanted) and not isinstance(v, bool) for v in values):
        raise wrong(place, _("应为列名") if has_header else _("应为列的序号，从 1 起"))
    if not has_header and min(values) < 1:
        raise wrong(place, _("应为列的序号，从 1 起"))
    return tuple(str(value) for value in values)


def _cut(said, place: str) -> Cut:
    if not isinstance(said, dict) or not {"at", "width"} <= set(said):
        raise wrong(place, "{at = 1, width = 8}")
    at, width = int(said["at"]), int(said["width"])
    if at < 1 or width < 1:
        raise wrong(place, "{at = 1, width = 8}")
    return Cut(at - 1, at - 1 + width)


def _fixed(data: dict, file: dict) -> Fixed:
    record = data.get("record", {})
    if not record:
        raise wrong("record", _("定长文件要说明哪些行是明细"))
    sections = [data["columns"], *data.get("kinds", {}).values()]
    cuts = [_cut(value, name) for section in sections for name, value in section.items()]
    length = int(record["length"])
    if any(cut.end > length for cut in cuts):
        raise wrong("record.length", str(length))
    return Fixed(
        marker=_cut(record, "record"),
        row=record["row"],
        header=record.get("header", ""),
        trailer=record.get("trailer", ""),
        others=tuple(_listed(record.get("others", []))),
        length=length,
        cuts=tuple(dict.fromkeys(cuts)),
        in_bytes=_one_of(file, "file.units", "bytes", {"bytes", "characters"}) == "bytes",
    )


# --- words and totals ----------------------------------------------------------------------------


def _words(field: str, meanings: dict[str, list[str]], speaks: Vocabulary) -> dict[str, str]:
    if field not in speaks.words:
        raise wrong(f"words.{field}")
    if unknown := sorted(set(meanings) - speaks.words[field]):
        raise wrong(f"words.{field}", ", ".join(unknown))
    return {plain(word): meaning for meaning, words in meanings.items() for word in _listed(words)}


def _totals(said: dict, fixed: Fixed | None) -> Totals:
    figures = tuple(_figure(figure, fixed) for figure in said.get("figures", []))
    lines = tuple(re.compile(line) for line in _listed(said.get("lines", [])))
    names = {figure.name for figure in figures}
    for line in lines:
        if unknown := sorted(set(line.groupindex) - names):
            raise wrong("totals.lines", ", ".join(unknown))
    return Totals(figures, said.get("header", ""), lines, bool(said.get("required", False)))


def _figure(said: dict, fixed: Fixed | None) -> Total:
    if unknown := sorted(set(said) - _FIGURE):
        raise wrong("totals.figures", ", ".join(unknown))
    total = Total(
        name=said["name"],
        sums=tuple(_listed(said.get("sums", []))),
        of=frozenset(_listed(said.get("of", []))),
        cut=_cut(said, "totals.figures") if fixed else None,
        is_in_header=_one_of(said, "totals.figures.in", "trailer", {"trailer", "header"})
        == "header",
    )
    if unknown := sorted(total.of - WORDS["kind"]):
        raise wrong("totals.figures.of", ", ".join(unknown))
    return total
