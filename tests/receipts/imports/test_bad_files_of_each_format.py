"""What files should not be, in every format that is shipped: one clear word, nothing lost."""

import pytest

from portal.accounts.actor import Actor
from receipts.imports import load, reading
from receipts.models import ImportFile, Merchant, Payment
from tests.receipts.imports.any_file import CANONICAL
from tests.receipts.imports.conftest import counts
from tests.receipts.imports.samples import FIXED_SALE, SAMPLES, Sample, fixed

each = pytest.mark.parametrize("sample", [CANONICAL, *SAMPLES], ids=lambda sample: sample.format)
NAME = {
    "canonical": "merchant_name",
    "allinpay": "门店名称",
    "fixed-width-example": "merchant_name",
}


@pytest.fixture
def try_load(db, clock, write):
    def run(content: bytes, format: str) -> load.Loaded:
        return load.load_file(write(content), format, actor=Actor.system("test"))

    return run


def reasons_of(file: ImportFile) -> list[str]:
    return list(file.rows_put_aside.order_by("line").values_list("reason", flat=True))


@each
def test_a_file_without_rows(try_load, sample: Sample):
    header = b"kind,merchant_no,date,time,amount\n"
    loaded = try_load(header if sample is CANONICAL else sample.write([]), sample.format)
    assert (loaded.error, loaded.file.read, loaded.file.disagrees) == ("", 0, False)


@each
def test_bytes_of_nothing_sensible(try_load, sample: Sample):
    for content in (b"\x00" * 5_000, b"\xff" * 5_000, b"," * 5_000, b"\n" * 50, b'"' * 999, b"a"):
        assert try_load(content, sample.format).error in {"no_header", "no_rows"}
    assert not Payment.objects.exists()


@each
def test_a_line_of_ten_megabytes_costs_its_own_row(try_load, sample: Sample):
    lines = sample.write([sample.payment, sample.numbered(2)]).split(b"\n")
    lines[1] = lines[1].rstrip(b"\r") + b"x" * 10_000_000
    file = try_load(b"\n".join(lines), sample.format).file
    assert reasons_of(file) == ["line_too_long"]
    assert counts(file) == (1, 0, 0, 1)


@each
def test_two_million_columns(try_load, sample: Sample):
    assert try_load(b"a," * 2_000_000 + b"\n1,2\n", sample.format).error == "no_header"


@each
def test_a_nul_costs_its_own_row(try_load, sample: Sample):
    field = next(iter(sample.number_fields))
    bad = sample.payment | {field: "0\0" + sample.payment[field][2:]}
    file = try_load(sample.write([bad, sample.numbered(2)]), sample.format).file
    assert (file.created, reasons_of(file)) == (1, ["broken_characters"])


@each
def test_rare_names_and_a_character_cut_by_the_end_of_a_block(
    try_load, sample: Sample, monkeypatch
):
    monkeypatch.setattr(reading, "BLOCK", 7)
    remark = {"canonical": "remarks", "allinpay": "商户备注", "wechat-tradebill": "商品名称"}
    column = remark.get(sample.format, "remarks")
    file = try_load(sample.write([sample.payment | {column: "骉㑇𠮷😀小店"}]), sample.format).file
    assert counts(file) == (1, 0, 0, 0)
    assert Payment.objects.get().remarks == "骉㑇𠮷😀小店"


@pytest.mark.parametrize("sample", [CANONICAL, *SAMPLES[:2]], ids=lambda sample: sample.format)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_each_delimited_format_in_each_encoding(try_load, sample: Sample, encoding):
    content = sample.write([sample.payment, sample.refund])
    text = content.decode("gb18030" if sample.format == "allinpay" else "utf-8-sig")
    file = try_load(text.encode(encoding), sample.format).file
    assert (counts(file), file.encoding) == ((1, 1, 0, 0), encoding)
    if sample.format in NAME:
        assert Merchant.objects.get().name == sample.payment[NAME[sample.format]]


@each
def test_a_clock_that_is_a_year_off(try_load, sample: Sample):
    """Ahead, it cannot be; behind, it is noticed where the file says when it was settled."""
    column, now, ahead = {
        "canonical": ("date", "2026-11-20", "2027-11-20"),
        "wechat-tradebill": ("交易时间", "2026-11-20 12:03:21", "2027-11-20 12:03:21"),
        "allinpay": ("交易日期", "2026-11-20", "2027-11-20"),
        "fixed-width-example": ("date", "20261120", "20271120"),
    }[sample.format]
    assert sample.payment[column] == now
    file = try_load(sample.write([sample.payment | {column: ahead}]), sample.format).file
    assert reasons_of(file) == ["date_in_future"]


def test_a_clock_a_year_behind_is_noticed_by_the_settlement(try_load):
    behind = FIXED_SALE | {"date": "20251120"}
    file = try_load(fixed([behind]), "fixed-width-example").file
    assert reasons_of(file) == ["dates_far_apart"]


@pytest.mark.parametrize("sample", [CANONICAL, SAMPLES[1], SAMPLES[2]], ids=lambda s: s.format)
def test_two_terminals_with_the_same_voucher_are_two_payments(try_load, sample: Sample):
    other = {"canonical": "terminal_no", "allinpay": "终端号"}.get(sample.format, "terminal_no")
    more = {"allinpay": {"参考号": "112014059999", "交易单号": "77"}, "canonical": {}}
    more = more.get(sample.format, {"rrn": "1120"})
    rows = [sample.payment, sample.payment | more | {other: "00000099"}]
    assert counts(try_load(sample.write(rows), sample.format).file) == (2, 0, 0, 0)
    assert len(set(Payment.objects.values_list("voucher_no", flat=True))) == 1


@each
def test_a_file_that_grows_while_it_is_read_is_not_called_done(
    try_load, sample: Sample, write, monkeypatch, db, clock
):
    path, examined = write(sample.write([sample.payment])), reading.examine

    def grows(*arguments):
        known = examined(*arguments)
        path.write_bytes(sample.write([sample.payment, sample.numbered(2)]))
        return known

    monkeypatch.setattr(reading, "examine", grows)
    actor = Actor.system("test")
    assert load.load_file(path, sample.format, actor=actor).error == "changed_while_read"
    monkeypatch.setattr(reading, "examine", examined)
    file = load.load_file(path, sample.format, actor=actor).file
    assert (file.state, counts(file)) == ("done", (0, 0, 2, 0))
