"""The slip as a shop's thermal printer reads it: ESC/POS, text in GB18030.

58 mm paper has 32 columns, 80 mm has 48 (Font A, 12 dots); a Chinese character takes two. Names
come from anywhere, so nothing below a space may reach the printer but our own commands: the
content has no control characters, and no byte of a GB18030 character is one (GB 18030, 5.2).
"""

import os
import tempfile
from collections.abc import Iterator
from functools import cache

from receipts.slip.content import SlipContent
from receipts.slip.roll import Code, Pair, Row, Rule, Text, rows

COLUMNS = {58: 32, 80: 48}
QR_DOTS = {58: 5, 80: 6}  # of a module: 8 dots are a millimetre
CHINESE_ON = b"\x1c&"  # FS &
# A half-width ¥ is a character of four bytes, which few printers have; this one is in GB 2312.
AS_PRINTED = str.maketrans({"¥": "￥", "\u00a0": " "})


def encode(text: str) -> bytes:
    return text.translate(AS_PRINTED).encode("gb18030")


def width(text: str) -> int:
    """Columns that the printer gives it."""
    return sum(1 if len(encode(character)) == 1 else 2 for character in text)


def broken(text: str, columns: int) -> list[str]:
    """Into lines of at most so many columns: at spaces, and anywhere beside Chinese."""
    lines, line = [], ""
    for word in _words(text):
        if width((line + word).rstrip()) <= columns:
            line += word
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = word.lstrip()
        while width(line) > columns:
            head = _head(line, columns)
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _words(text: str) -> Iterator[str]:
    """What must not be broken: a run of Latin characters with the space after it, or one Chinese
    character."""
    word = ""
    for character in text:
        if width(character) == 1 and not word.endswith(" "):
            word += character
            continue
        if word:
            yield word
        word = character
        if width(character) == 2:
            yield character
            word = ""
    if word:
        yield word


def _head(text: str, columns: int) -> str:
    head = ""
    for character in text:
        if width(head + character) > columns:
            break
        head += character
    return head


def lines(row: Pair | Text, columns: int) -> list[str]:
    """A row as the printer's lines, filled with spaces where two things stand on one."""
    if isinstance(row, Text):
        return broken(row.text, columns)
    gap = columns - width(row.title) - width(row.value)
    if gap >= 1:
        return [row.title + " " * gap + row.value]
    value = broken(row.value, columns)
    right = [" " * (columns - width(line)) + line for line in value]
    return [*broken(row.title, columns), *right]


def slip_escpos(content: SlipContent, paper: int) -> bytes:
    """The commands for one slip on `paper` mm: reset, text, QR code, feed, cut."""
    printer = loaded()()
    columns = COLUMNS[paper]
    printer.hw("INIT")
    printer._raw(CHINESE_ON)
    for row in rows(content):
        _print(printer, row, columns, QR_DOTS[paper])
    printer.cut(mode="PART")
    return printer.output


def _print(printer, row: Row, columns: int, dots: int) -> None:
    match row:
        case Rule(strong):
            _line(printer, ("=" if strong else "-") * columns)
        case Code(address):
            printer.set(align="center")
            printer.qr(address, ec=1, size=dots, native=True)  # 1: M, as on the other forms
            printer.set(align="left")
            printer._raw(b"\n")
        case Pair():
            printer.set(bold=row.bold)
            for line in lines(row, columns):
                _line(printer, line)
            printer.set(bold=False)
        case Text():
            across = 2 if row.size == "large" and 2 * width(row.text) <= columns else 1
            down = 2 if row.size else 1
            printer.set(align=row.align, bold=row.bold, custom_size=True, width=across, height=down)
            for line in lines(row, columns // across):
                _line(printer, line)
            printer.set(align="left", bold=False, custom_size=True, width=1, height=1)


def _line(printer, text: str) -> None:
    printer._raw(encode(text) + b"\n")


@cache
def loaded():
    """The printer that keeps what it is sent. On import the package leaves a pickle in a folder of
    its own making for every process: that folder is ours, and goes."""
    with tempfile.TemporaryDirectory(prefix="escpos-") as folder:
        before = os.environ.get("ESCPOS_CAPABILITIES_PICKLE_DIR")
        os.environ["ESCPOS_CAPABILITIES_PICKLE_DIR"] = folder
        try:
            from escpos.printer import Dummy
        finally:
            if before is None:
                del os.environ["ESCPOS_CAPABILITIES_PICKLE_DIR"]
            else:
                os.environ["ESCPOS_CAPABILITIES_PICKLE_DIR"] = before
    return Dummy
