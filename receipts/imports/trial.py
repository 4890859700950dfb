"""Try a format on the beginning of a file, without the database: what its rows become, what is not
understood, and what to do about it."""

import codecs
import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from portal import money
from receipts.imports import formats, opening, reading
from receipts.imports.columns import AT, NAMES, PLACE_NAMES, REVERSALS
from receipts.imports.formats import Format, FormatError, plain
from receipts.imports.mapping import never_read
from receipts.imports.reading import BLOCK, Broken, NotReadable
from receipts.imports.rows import Refused, RowReader
from receipts.imports.sheet import Sheet, opened

TRIED = 1_000  # records
_SAME_AS_EMPTY = {"0", "{}", "unknown"}
_MONEY = {"amount_minor", "authorised_minor", "tip_minor", "refunded_said_minor"}
_DELIMITERS = {"\t": "\\t", "|": "|", ";": ";", ",": ","}


@dataclass
class Shown:
    """What one record becomes: fields as people read them, or why it is put aside."""

    line: int
    fields: dict[str, str] = field(default_factory=dict)
    column: str = ""
    reason: str = ""


@dataclass
class Trial:
    format: Format
    encoding: str = ""
    error: str = ""  # a code of receipts.imports.reasons, or a format's own
    message: str = ""
    columns: list[tuple[str, str]] = field(default_factory=list)  # title, field (or none)
    rows: list[Shown] = field(default_factory=list)
    read: int = 0
    skipped: int = 0
    aside: Counter = field(default_factory=Counter)  # (column, reason) → rows
    words: dict[str, Counter] = field(default_factory=dict)  # field → words not understood
    suggestions: list[str] = field(default_factory=list)

    @property
    def understood(self) -> int:
        return self.read - self.aside.total()


def tried(path: Path, format: Format, rows: int = 5) -> Trial:
    """Never raises for what is in the file; the result says it."""
    trial = Trial(format)
    try:
        known = reading.examine(path, format.encodings)
        trial.encoding = known.encoding
        with opening.opened(path) as source:
            sheet = opened(source, known.encoding, format)
            _try_rows(trial, sheet, rows)
        trial.columns = list(_columns(sheet))
        trial.suggestions += _about_titles(trial)
    except NotReadable as error:
        trial.error = error.code
    except FormatError as error:
        trial.error, trial.message = error.code, str(error)
    if trial.error or not trial.understood:
        trial.suggestions += about_file(path, format)
    return trial


def _try_rows(trial: Trial, sheet: Sheet, rows: int) -> None:
    reader = RowReader.of(sheet.placed, trial.format, timezone.now())
    reader.start_chunk(0)
    for line, cells in islice(sheet, TRIED):
        trial.read += 1
        shown = Shown(line)
        if isinstance(cells, Broken):
            shown.reason = cells.reason
        else:
            try:
                shown.fields = _said(reader, reader.read(line, cells), trial.format.zone)
            except Refused as refused:
                shown.column, shown.reason, shown.fields = (
                    refused.column, refused.reason, refused.row,
                )  # fmt: skip
        if shown.reason:
            trial.aside[shown.column, shown.reason] += 1
            word = shown.fields.get(shown.column, "")
            if word and ("word" in shown.reason or shown.reason == "zone"):
                trial.words.setdefault(shown.column, Counter())[word] += 1
        if len(trial.rows) < rows:
            trial.rows.append(shown)
    trial.skipped = sheet.skipped


def _said(reader: RowReader, row: list, zone: ZoneInfo) -> dict[str, str]:
    """A row that goes in, by the names that mapping files use."""
    place = reader.chunk.places[row[1]]
    said = {name: place[name] for name in PLACE_NAMES if place[name]}
    for name in NAMES[2:]:
        text = row[AT.__dict__[name]]
        if not text or text in _SAME_AS_EMPTY or name in {"id", "status", "occurred_at"}:
            continue
        if name in _MONEY:
            text = money.digits(int(text))
        name = {"own_status": "status", "card_tail": "card", "wallet_tail": "device_card"}.get(
            name, name.removesuffix("_minor").replace("refunded_said", "refunded_amount")
        )
        if name == "local_date":
            moment = datetime.fromisoformat(f"{row[AT.occurred_at]}+00:00").astimezone(zone)
            said |= {"date": text, "time": f"{moment:%H:%M:%S}"}
        else:
            said[name] = text
    if row[AT.kind] in REVERSALS:
        said.pop("status", None)
    return said


def _columns(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Each title of the header and the field it is read as, in the file's order."""
    by_title: dict[str, list[str]] = {}
    sections = [sheet.format.columns, *sheet.format.kinds.values()]
    for section in sections:
        for name, titles in section.items():
            for title in titles:
                names = by_title.setdefault(plain(title), [])
                if name not in names:
                    names.append(name)
    for title in sheet.header:
        yield title, ", ".join(by_title.get(plain(title), []))


# --- suggestions ---------------------------------------------------------------------------------


def _about_titles(trial: Trial) -> Iterator[str]:
    """Columns that nobody reads and that are called nearly as something that could be read."""
    known = _known_titles()
    read = {name for _title, names in trial.columns for name in names.split(", ")}
    dropped = {plain(title) for title in trial.format.drop}
    for title, names in trial.columns:
        if names or not title or plain(title) in dropped or never_read(title):
            continue
        near = difflib.get_close_matches(plain(title), known, n=1, cutoff=0.75)
        if near and (name := known[near[0]]) not in read:
            yield _('“{title}”没有读取，也许是 {field}：[columns] 里写 {field} = "{title}"').format(
                title=title, field=name
            )
    for column, words in trial.words.items():
        listed = "、".join(word for word, _count in words.most_common(5))
        yield _("{field} 里有不认识的词：{words}。在 [words.{field}] 里说明它们的意思").format(
            field=column, words=listed
        )


def _known_titles() -> dict[str, str]:
    """Every title in the shipped formats → the field it is read as."""
    return {
        plain(title): name
        for format in map(formats.get, formats.names())
        if format.has_header
        for name, titles in format.columns.items()
        for title in titles
    }


def about_file(path: Path, format: Format) -> list[str]:
    """Why this may be no file of that format: another format, encoding or delimiter fits better."""
    said: list[str] = []
    try:
        content = head(path)
    except (NotReadable, OSError):
        return said
    for other in map(formats.get, formats.names()):
        if other.name != format.name and fits(content, other):
            said.append(
                _("这个文件像是 {name}（{title}）：--format {name}").format(
                    name=other.name, title=other.title
                )
            )
    if format.fixed is None and not said:
        said += _about_bytes(content, format)
    return said


def head(path: Path) -> bytes:
    """Whole lines from the beginning of a file; of one line only, as far as it was read."""
    with opening.opened(path) as source:
        content = source.read(BLOCK)
    return content[: content.rfind(b"\n") + 1] if len(content) == BLOCK else content


def fits(content: bytes, format: Format) -> bool:
    """Whether this format finds its columns in that beginning and reads most of its rows."""
    trial = Trial(format)
    try:
        sheet = opened(BytesIO(content), _encoding(content, format), format)
        _try_rows(trial, sheet, 0)
    except (NotReadable, FormatError):
        return False
    return trial.understood * 2 > trial.read


def _encoding(content: bytes, format: Format) -> str:
    """The first of the format's encodings in which nothing is broken."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    encodings = [reading.superset(encoding) for encoding in format.encodings]
    whole = (e for e in encodings if "\udcff" not in reading.decoded(content, e))
    return next(whole, encodings[0])


def _about_bytes(content: bytes, format: Format) -> Iterator[str]:
    for encoding in ("utf-8", "gb18030", "utf-16"):
        text = reading.decoded(content, encoding)
        for line in text.splitlines()[:30]:
            for delimiter, name in _DELIMITERS.items():
                cells = [cell.strip(format.around + ' "') for cell in line.split(delimiter)]
                if format.knows(cells) < 2:
                    continue
                if delimiter != format.delimiter:
                    yield _(
                        '列之间像是用“{delimiter}”分开的：[file] 里写 delimiter = "{delimiter}"'
                    ).format(delimiter=name)
                if encoding not in {reading.superset(e) for e in format.encodings}:
                    yield _('文件像是 {encoding} 编码：[file] 里写 encoding = "{encoding}"').format(
                        encoding=encoding
                    )
                return
