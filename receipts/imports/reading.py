"""Bytes → lines → cells, without letting one bad byte, quote or line take its neighbours along.

Nothing here holds more than a block of the file, whatever its size or the length of its lines.
"""

import codecs
import csv
import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from receipts.imports.opening import NotReadable, Source, opened

__all__ = ["Broken", "Bytes", "Lines", "NotReadable", "Records", "decoded", "examine", "superset"]
BLOCK = 1 << 18
LONGEST_LINE = 1 << 17  # characters; also the csv module's own limit of a field
LONGEST_RECORD = 20  # lines that one quoted value may go over


_SUPERSETS = dict.fromkeys(("gbk", "gb2312", "cp936"), "gb18030")
BYTES = "latin-1"  # a character for each byte, for what must be cut by bytes


@dataclass(frozen=True)
class Bytes:
    """What a first walk over the file found out. Its hash is that of the content: the same rows
    packed are the same file."""

    sha256: str
    size: int  # as it lies on the disk
    encoding: str


@dataclass(frozen=True)
class Broken:
    """A line that gives no cells."""

    reason: str


# GB 18030-2022 moved these from private use to their own characters; Python has the old table.
_GB18030_2022 = {
    0xE78D: 0xFE10, 0xE78E: 0xFE12, 0xE78F: 0xFE11, 0xE790: 0xFE13, 0xE791: 0xFE14, 0xE792: 0xFE15,
    0xE793: 0xFE16, 0xE794: 0xFE17, 0xE795: 0xFE18, 0xE796: 0xFE19, 0xE81E: 0x9FB4, 0xE826: 0x9FB5,
    0xE82B: 0x9FB6, 0xE82C: 0x9FB7, 0xE832: 0x9FB8, 0xE843: 0x9FB9, 0xE854: 0x9FBA, 0xE864: 0x9FBB,
}  # fmt: skip


def _broken_byte(error: UnicodeError) -> tuple[str, int]:
    """A byte that is no character becomes a lone surrogate, which no reader of values lets in."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\udcff", error.start + 1


codecs.register_error("broken_byte", _broken_byte)
_SIGNATURES = {
    b"PK\x03\x04": "zip_file",
    b"\x1f\x8b": "gzip_twice",
    b"%PDF": "pdf_file",
    b"\xd0\xcf\x11\xe0": "spreadsheet_file",
}


def examine(path: Path, encodings: tuple[str, ...]) -> Bytes:
    """Walk over the file once: its hash, and which of the encodings it is in."""
    if path.is_dir():
        raise NotReadable("directory")
    if not path.is_file():
        raise NotReadable("no_such_file")
    digest = hashlib.sha256()
    try:
        with opened(path) as file:
            block = file.read(BLOCK)
            if not block:
                raise NotReadable("empty_file")
            start = block[:4]
            for signature, code in _SIGNATURES.items():
                if start.startswith(signature):
                    raise NotReadable(code)
            strict = codecs.getincrementaldecoder("utf-8")()
            is_utf8 = True
            while block:
                digest.update(block)
                is_utf8 = is_utf8 and _decodes(strict, block)
                block = file.read(BLOCK)
            is_utf8 = is_utf8 and _decodes(strict, b"", final=True)
            size = file.tell()
        encoding = _encoding(path, start, is_utf8, encodings)
    except OSError:
        raise NotReadable("not_permitted") from None
    return Bytes(digest.hexdigest(), size, encoding)


def superset(encoding: str) -> str:
    """The encoding that is really read: GBK is a part of GB 18030."""
    return _SUPERSETS.get(encoding, encoding)


def _decodes(decoder, block: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _encoding(path: Path, start: bytes, is_utf8: bool, encodings: tuple[str, ...]) -> str:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    wanted = [superset(encoding) for encoding in encodings]
    if start.startswith(codecs.BOM_UTF8) or (is_utf8 and "utf-8" in wanted):
        return "utf-8"
    if "gb18030" in wanted and ("utf-8" not in wanted or _reads_better_as_gb18030(path)):
        return "gb18030"
    return wanted[0]


def _reads_better_as_gb18030(path: Path) -> bool:
    """Bytes that are no UTF-8: a Chinese file of another kind, or a few broken lines? What is
    broken most often in one reading is meant in the other."""
    broken = {"utf-8": 0, "gb18030": 0}
    with opened(path) as file:
        rest = b""
        while block := file.read(BLOCK):
            *lines, rest = (rest + block).split(b"\n")
            _count_broken(lines, broken)
            if len(rest) > LONGEST_LINE:  # no line of ours
                rest = b""
        _count_broken([rest], broken)
    return broken["gb18030"] < broken["utf-8"]


def _count_broken(lines: Iterable[bytes], broken: dict[str, int]) -> None:
    for line in lines:
        if not line.isascii():
            for encoding in broken:
                try:
                    line.decode(encoding)
                except UnicodeDecodeError:
                    broken[encoding] += 1


_MARK_AS_BYTES = codecs.BOM_UTF8.decode(BYTES)


def decoded(content: bytes, encoding: str) -> str:
    """A part of a file as `Lines` would give it."""
    text = content.decode(encoding, "broken_byte")
    return text.translate(_GB18030_2022) if encoding == "gb18030" else text


class Lines:
    """The lines of a file as (number, text) without their ends; too long ones as Broken."""

    def __init__(self, file: Source, encoding: str):
        self.file, self.encoding = file, encoding
        self.digest = hashlib.sha256()

    def __iter__(self) -> Iterator[str | Broken]:
        decoder = codecs.getincrementaldecoder(self.encoding)("broken_byte")
        rest, too_long, first = "", False, True
        ends_in_cr: bool | None = None  # as on old Macs; known by the first end of a line
        while True:
            block = self.file.read(BLOCK)
            self.digest.update(block)
            text = decoder.decode(block, final=not block)
            if first:
                text, first = text.removeprefix("\ufeff").removeprefix(_MARK_AS_BYTES), False
            if self.encoding == "gb18030":
                text = text.translate(_GB18030_2022)
            if ends_in_cr is None and ("\n" in text or "\r" in text[:-1]):
                ends_in_cr = "\n" not in text
            if ends_in_cr:
                text = text.replace("\r", "\n")
            lines = (rest + text).split("\n")
            rest = lines.pop()
            for line in lines:
                if too_long or len(line) > LONGEST_LINE:
                    too_long = False
                    yield Broken("line_too_long")
                else:
                    yield line.removesuffix("\r")
            if len(rest) > LONGEST_LINE:
                rest, too_long = "", True
            if not block:
                break
        if too_long:
            yield Broken("line_too_long")
        elif rest:
            yield rest.removesuffix("\r")


class Records:
    """The records of a delimited file as (line number, cells or Broken).

    A quote that is not closed on its line may be meant (a remark of two lines) or be a stray. It is
    believed only when the whole has as many cells as the header and no further line of it would be
    a record by itself; else the first line is broken, and the next ones are read as they stand.
    """

    def __init__(
        self,
        lines: Iterable[str | Broken],
        delimiter: str,
        comments: tuple[str, ...],
        on_comment: Callable[[str], None] | None = None,
    ):
        self.delimiter, self.comments, self.on_comment = delimiter, comments, on_comment
        self.width: int | None = None  # of the header, once known
        self._lines = iter(lines)
        self._ahead: deque[str | Broken] = deque()
        self._number = 0

    def __iter__(self) -> Iterator[tuple[int, list[str] | Broken]]:
        while (line := self._next()) is not None:
            number = self._number
            if isinstance(line, Broken):
                yield number, line
            elif not line or line.isspace():
                continue
            elif self.comments and line.startswith(self.comments):
                if self.on_comment:
                    self.on_comment(line)
            elif '"' not in line:
                yield number, line.split(self.delimiter)
            else:
                yield number, self._quoted(line)

    def _next(self) -> str | Broken | None:
        self._number += 1
        return self._ahead.popleft() if self._ahead else next(self._lines, None)

    def _quoted(self, line: str) -> list[str] | Broken:
        if (cells := self._cells([line])) is not None:
            return cells
        taken = [line]
        while len(taken) < LONGEST_RECORD:
            following = self._peek(len(taken) - 1)
            if following is None or isinstance(following, Broken):
                break
            if len(self._cells([following]) or ()) == self.width:
                break
            taken.append(following)
            cells = self._cells(taken)
            if cells is not None and len(cells) == self.width:
                for _ in taken[1:]:
                    self._next()
                return cells
        return Broken("stray_quote")

    def _peek(self, position: int) -> str | Broken | None:
        while len(self._ahead) <= position:
            line = next(self._lines, None)
            if line is None:
                return None
            self._ahead.append(line)
        return self._ahead[position]

    def _cells(self, lines: list[str]) -> list[str] | None:
        """The one record these lines make, or None."""
        text = [f"{line}\n" for line in lines[:-1]] + lines[-1:]
        try:
            records = list(csv.reader(text, delimiter=self.delimiter, strict=True))
        except csv.Error:
            return None
        return records[0] if len(records) == 1 else None
