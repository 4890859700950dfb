"""What a thermal printer gets: read again by a reader that knows only the printer's manual."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from portal.accounts.actor import Actor
from receipts.models import SlipIssue
from receipts.slip.content import slip_content
from receipts.slip.escpos import broken, slip_escpos, width
from receipts.slip.issue import issue_slip, read
from tests.receipts.slip.conftest import KINDS, copy_of

COLUMNS = {58: 32, 80: 48}


@dataclass
class Paper:
    """A printer on paper: `lines` are (text, columns taken, alignment, bold, width, height)."""

    lines: list[tuple] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)
    chinese: bool = False
    align = bold = 0
    size = 0
    stored = b""
    row = ""
    taken = 0

    def print(self, data: bytes) -> "Paper":
        at = 0
        while at < len(data):
            at = self._take(data, at)
        assert self.row == "", "the last line was not printed"
        return self

    def _take(self, data: bytes, at: int) -> int:
        byte = data[at]
        if byte == 0x1B:  # ESC
            return self._escape(data, at)
        if byte == 0x1D:  # GS
            return self._group(data, at)
        if byte == 0x1C:  # FS
            assert data[at + 1] in b"&."
            self.chinese = data[at + 1] == ord("&")
            return at + 2
        if byte == 0x0A:
            across, down = (self.size >> 4) + 1, (self.size & 15) + 1
            self.lines.append((self.row, self.taken, self.align, self.bold, across, down))
            self.row, self.taken = "", 0
            return at + 1
        assert byte >= 0x20, f"a control character at {at}: {byte:#x}"
        return self._character(data, at)

    def _character(self, data: bytes, at: int) -> int:
        length, columns = 1, 1
        if data[at] >= 0x81:
            assert self.chinese, "a Chinese character outside the Chinese mode"
            length, columns = (4 if 0x30 <= data[at + 1] <= 0x39 else 2), 2
        self.row += data[at : at + length].decode("gb18030")
        self.taken += columns * ((self.size >> 4) + 1)
        return at + length

    def _escape(self, data: bytes, at: int) -> int:
        command, value = chr(data[at + 1]), data[at + 2]
        if command == "@":
            assert (self.lines, self.row) == ([], ""), "reset in the middle"
            return at + 2
        if command == "a":
            self.align = value
        elif command == "E":
            self.bold = value
        elif command == "d":
            self.lines += [("", 0, 0, 0, 1, 1)] * value
        else:
            raise AssertionError(f"ESC {command}")
        return at + 3

    def _group(self, data: bytes, at: int) -> int:
        command = chr(data[at + 1])
        if command == "!":
            self.size = data[at + 2]
            return at + 3
        if command == "V":
            self.cuts.append(len(self.lines))
            return at + 3
        assert data[at + 1 : at + 3] == b"(k", f"GS {command}"
        length = data[at + 3] + 256 * data[at + 4]
        body = data[at + 5 : at + 5 + length]
        kind, function, rest = body[0], body[1], body[2:]
        assert kind == 0x31  # a QR code
        if function == 80:
            assert rest[:1] == b"0"
            self.stored = rest[1:]
        elif function == 81:
            assert self.align == 1, "the code stands in the middle"
            self.codes.append(self.stored.decode())
        else:
            assert function in {65, 67, 69}  # model, size, recovery
        return at + 5 + length

    @property
    def text(self) -> str:
        return "\n".join(line[0] for line in self.lines)


def printed(content, paper=58) -> Paper:
    return Paper().print(slip_escpos(content, paper))


@pytest.mark.parametrize("paper", [58, 80])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_fits_the_paper_and_says_all(content_of, kind, paper):
    content = content_of(kind)
    out = printed(content, paper)
    assert max(line[1] for line in out.lines) <= COLUMNS[paper]
    assert len(out.cuts) == 1
    assert out.cuts[0] == len(out.lines), "cut behind the last line"
    flat = out.text.replace("\n", "").replace(" ", "").replace("￥", "¥")
    for text in content.texts():
        assert text.replace(" ", "") in flat
    assert content.amount.digits in out.text


def test_the_amount_is_the_largest(content_of):
    (amount,) = (line for line in printed(content_of()).lines if line[0] == "￥386.50")
    assert amount[2:] == (2, 1, 2, 2)  # right, bold, twice as wide and high
    assert amount[1] == 2 * (2 + 6)


@pytest.mark.parametrize("paper", [58, 80])
def test_an_amount_without_end_stays_on_its_line(content_of, paper):
    out = printed(content_of(amount_minor=10**13), paper)
    assert "￥100,000,000,000.00" in out.text.split("\n")


def test_titles_stand_left_and_values_right(content_of):
    lines = printed(content_of(), 80).text.split("\n")
    (number,) = (line for line in lines if "VOUCHER NO." in line)
    assert number.startswith("凭证号 VOUCHER NO. ")
    assert number.endswith(" 004182")
    assert width(number) == 48


def test_a_long_name_is_broken_and_rare_characters_are_there(content_of):
    out = printed(content_of(name="骉㼆𠮷㑇" * 12, en="A name " * 12))
    assert "".join(line[0] for line in out.lines).count("𠮷") == 12
    assert max(line[1] for line in out.lines) <= 32


@pytest.mark.parametrize(
    "name", ["茶\x1bp\x00\x19\x19馆", "\x1dV\x00茶馆", "茶馆\x1c.", "\x10\x14\x01茶馆", "茶\r\n馆"]
)
def test_a_hostile_name_gives_the_printer_no_command(make_kind, name):
    """Not the cash drawer, not the knife: the reader knows no such command, and cuts once."""
    sale = make_kind()
    sale.merchant.name = name  # not by way of the database: PostgreSQL keeps no NUL
    assert len(printed(slip_content(sale, copy_of())).cuts) == 1


def test_the_code_leads_to_the_check(content_of, settings):
    settings.PUBLIC_URL = "https://slips.example.org"
    code = "23456789ABCD"
    copy = copy_of()
    copy = type(copy)(**{name: getattr(copy, name) for name in copy.__slots__} | {"code": code})
    out = printed(content_of(copy=copy))
    assert len(out.codes) == 1
    assert out.codes[0].startswith("HTTPS://SLIPS.EXAMPLE.ORG/")
    assert out.codes[0].endswith(code)
    assert "核验码 VERIFY 2345-6789-ABCD" in out.text


def test_a_reprint_bears_its_number_and_the_mark_and_names_the_copy(content_of):
    text = printed(content_of(copy=copy_of(number=2, duplicate=True, copy="merchant"))).text
    assert "重打印凭证 第 2 次\nDUPLICATED, ISSUE 2" in text
    assert "商户存根 MERCHANT COPY" in text
    assert "不是发票" in text.replace("\n", "")


@pytest.mark.parametrize("form", ["escpos58", "escpos80"])
def test_it_is_an_issue_like_any_other(make_kind, form):
    sale = make_kind("sale")
    wanted = {"form": form, "copy": "merchant", "channel": "panel"}
    issue = issue_slip(sale, actor=Actor.system("test"), **wanted)
    assert (issue.number, issue.form, issue.channel) == (1, form, "panel")
    assert issue.file.name.endswith(".bin")
    out = Paper().print(read(SlipIssue.objects.get()))
    assert len(out.codes) == 1
    assert issue_slip(sale, actor=Actor.system("test"), **wanted).pk == issue.pk


def test_only_the_last_four_of_a_card_are_on_it(content_of):
    text = printed(content_of()).text
    assert "**** 4821 / C" in text


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("", 8, [""]),
        ("茶餐厅江北店", 6, ["茶餐厅", "江北店"]),
        ("NO PIN NO", 6, ["NO PIN", "NO"]),
        ("ABCDEFGHIJ", 4, ["ABCD", "EFGH", "IJ"]),
        ("茶A", 3, ["茶A"]),
        ("茶 ABCD", 5, ["茶", "ABCD"]),
    ],
)
def test_lines_are_broken_where_a_reader_would(text, columns, expected):
    assert broken(text, columns) == expected


def test_the_package_leaves_nothing_behind():
    assert not list(Path(tempfile.gettempdir()).glob("escpos-*"))
