"""Files and rows as they should not be: a clear word for each, and nothing lost."""

import pytest

from portal.accounts.actor import Actor
from receipts.imports import formats, load, reading, reasons
from receipts.models import ImportFile, Merchant, Payment
from tests.receipts.imports.conftest import SALE, as_csv, counts


@pytest.fixture
def try_load(db, clock):
    return lambda path: load.load_file(path, actor=Actor.system("test"))


def test_a_missing_file_a_folder_and_an_empty_file_are_told_apart(try_load, write, tmp_path):
    assert try_load(tmp_path / "nothing.csv").error == "no_such_file"
    assert try_load(tmp_path).error == "directory"
    assert try_load(write("")).error == "empty_file"
    assert not ImportFile.objects.exists()


@pytest.mark.parametrize(
    ("start", "code"),
    [
        (b"PK\x03\x04....", "zip_file"),
        (b"%PDF-1.7", "pdf_file"),
        (b"\xd0\xcf\x11\xe0....", "spreadsheet_file"),
    ],
)
def test_files_that_are_no_text_are_named(try_load, write, start, code):
    assert try_load(write(start + bytes(100))).error == code
    assert reasons.of_file(code) != code


def test_a_header_alone_is_a_file_without_payments(load_rows):
    file = load_rows(as_csv([SALE]).splitlines()[0] + "\n")
    assert (file.state, file.read, counts(file)) == ("done", 0, (0, 0, 0, 0))


def test_a_file_without_a_header_is_refused(try_load, write):
    result = try_load(write(as_csv([SALE]).splitlines()[1] + "\n"))
    assert result.error == "no_header"
    assert result.file.state == "failed"
    assert result.file.error == "no_header"


def test_a_missing_column_is_named(try_load, write):
    row = {name: text for name, text in SALE.items() if name != "amount"}
    result = try_load(write([row]))
    assert (result.error, result.message) == ("column_missing", "缺少列：amount")


def test_a_doubled_column_is_named(try_load, write):
    result = try_load(write("merchant_no,amount,date,time,金额\n1,1,1,1,1\n"))
    assert result.error == "column_doubled"
    assert "第 2 列和第 5 列" in result.message


def test_columns_may_stand_anywhere_and_under_either_name(load_rows):
    load_rows(
        "日期/时间,金额,批次号,凭证号,商户编号,终端编号,卡号后四位,备注\n"
        "2026-11-20 14:05:33,386.50,000318,000001,898521058120001,00000001,7712,\n"
    )
    payment = Payment.objects.get()
    assert (payment.amount_minor, payment.voucher_no) == (38650, "000001")


def test_titles_above_the_header_do_no_harm(load_rows):
    text = "江岸支付 交易明细\n2026-11-20,,,\n\n# 说明\n" + as_csv([SALE])
    assert counts(load_rows(text)) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("encoding", "read_as"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("gbk", "gb18030"), ("utf-16", "utf-16")],
)
def test_encodings_are_found_out(load_rows, encoding, read_as):
    row = {"商户名称" if name == "merchant_name" else name: v for name, v in SALE.items()}
    file = load_rows(as_csv([row]).encode(encoding))
    assert file.encoding == read_as
    assert Merchant.objects.get().name == "小雨文具店"


def test_rare_characters_survive_gb18030(load_rows):
    # What GB 18030-2022 moved out of private use, a name's rare character, and one beyond the BMP.
    load_rows(as_csv([SALE | {"merchant_name": "㑇𠮷小店"}]).encode("gb18030"))
    assert Merchant.objects.get().name == "㑇𠮷小店"
    path_bytes = as_csv([SALE | {"merchant_no": "2", "merchant_name": "X"}]).encode("gb18030")
    load_rows(path_bytes.replace(b"X", b"\xfe\x59"))
    assert Merchant.objects.get(merchant_no="2").name == "\u9fb4"


def test_one_broken_byte_costs_one_row(load_rows, put_aside):
    rows = [SALE | {"voucher_no": f"{n:06}", "remarks": "备注"} for n in range(1, 30)]
    content = as_csv(rows).encode().replace("备注".encode(), b"\xe5\xa4", 1)
    file = load_rows(content)
    assert counts(file) == (28, 0, 0, 1)
    assert put_aside(file) == [(2, "remarks", "broken_characters")]
    assert file.encoding == "utf-8"


def test_a_gbk_file_with_late_chinese_is_still_gbk(load_rows):
    plain = [SALE | {"voucher_no": f"{n:06}", "merchant_name": ""} for n in range(1, 3000)]
    file = load_rows(as_csv([*plain, SALE | {"voucher_no": "999999"}]).encode("gbk"))
    assert file.encoding == "gb18030"
    assert Merchant.objects.get().name == "小雨文具店"


def test_a_character_cut_by_the_end_of_a_block_is_whole(load_rows, monkeypatch):
    monkeypatch.setattr(reading, "BLOCK", 7)
    load_rows([SALE | {"merchant_name": "骉㑇𠮷😀小雨"}])
    assert Merchant.objects.get().name == "骉㑇𠮷😀小雨"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n\n"])
@pytest.mark.parametrize("block", [37, 1 << 18])
def test_any_end_of_line_will_do(load_rows, monkeypatch, end, block):
    monkeypatch.setattr(reading, "BLOCK", block)
    file = load_rows(as_csv([SALE, SALE | {"voucher_no": "000002"}]).replace("\n", end))
    assert counts(file) == (2, 0, 0, 0)


def test_a_stray_quote_costs_its_own_row_only(load_rows, put_aside):
    rows = [SALE | {"voucher_no": f"{n:06}", "remarks": "r"} for n in range(1, 6)]
    lines = as_csv(rows).splitlines()
    lines[2] = lines[2].replace(",r", ',"r')
    lines[4] = lines[4].replace("小雨", '"小雨')
    file = load_rows("\n".join(lines))
    assert counts(file) == (3, 0, 0, 2)
    assert put_aside(file) == [(3, "", "stray_quote"), (5, "", "stray_quote")]


def test_a_remark_of_two_lines_is_one_row(load_rows):
    file = load_rows([SALE | {"remarks": "两行\n备注, 有逗号"}, SALE | {"voucher_no": "000002"}])
    assert counts(file) == (2, 0, 0, 0)
    assert Payment.objects.get(voucher_no="000001").remarks == "两行 备注, 有逗号"


def test_too_few_and_too_many_cells(load_rows, put_aside):
    header, row = as_csv([SALE]).splitlines()
    file = load_rows("\n".join([header, row + ",,", row.rsplit(",", 2)[0], row + ",x"]))
    assert put_aside(file) == [(3, "", "too_few_cells"), (4, "", "too_many_cells")]
    assert counts(file) == (1, 0, 0, 2)


def test_a_nul_byte_costs_one_row(load_rows, put_aside):
    file = load_rows([SALE | {"remarks": "a\0b"}, SALE | {"voucher_no": "00\x000002"}, SALE])
    assert put_aside(file) == [
        (2, "remarks", "broken_characters"),
        (3, "voucher_no", "broken_characters"),
    ]
    assert counts(file) == (1, 0, 0, 2)


def test_a_line_of_ten_megabytes_costs_one_row(load_rows, put_aside):
    header, row = as_csv([SALE]).splitlines()
    file = load_rows("\n".join([header, row + "x" * 10_000_000, row]))
    assert put_aside(file) == [(2, "", "line_too_long")]
    assert counts(file) == (1, 0, 0, 1)


def test_two_million_columns(try_load, write):
    assert try_load(write("a," * 2_000_000 + "\n1,2\n")).error == "no_header"


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1,234.50", 123450),
        ("￥9.90", 990),
        ("¥ 12", 1200),
        ("12.5元", 1250),
        ("１２.３０", 1230),
        ("0.01", 1),
        ("007.10", 710),
        ("100000000000.00", 10**13),
    ],
)
def test_amounts_that_can_mean_one_thing_only(load_rows, text, fen):
    load_rows([SALE | {"amount": text}])
    assert Payment.objects.get().amount_minor == fen


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1e3", "spreadsheet_number"),
        ("-0.00", "amount_negative"),
        ("-5", "amount_negative"),
        ("(12.00)", "amount_negative"),
        ("12.345", "amount_decimals"),
        ("1.234,50", "amount"),
        ("1,23.50", "amount"),
        ("1000000000000000", "amount_too_large"),
        ("100000000000.01", "amount_too_large"),
        ("0.00", "amount_zero"),
        ("", "amount_missing"),
        ("十二", "amount"),
        (".", "amount"),
        ("1²", "amount"),
        ("9" * 500, "amount_too_large"),
    ],
)
def test_amounts_that_could_mean_something_else(load_rows, put_aside, text, reason):
    file = load_rows([SALE | {"amount": text}])
    assert put_aside(file) == [(2, "amount", reason)]
    assert reasons.of_row(reason) != reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1970-01-01", "date_too_early"),
        ("2099-01-01", "date_in_future"),
        ("2025-02-29", "date_not_in_calendar"),
        ("2026-13-01", "date_not_in_calendar"),
        ("11/20/2026", "date"),
        ("昨天", "date"),
        ("", "date_missing"),
    ],
)
def test_days_that_cannot_be(load_rows, put_aside, text, reason):
    assert put_aside(load_rows([SALE | {"date": text}])) == [(2, "date", reason)]


@pytest.mark.parametrize("text", ["2024-02-29", "2024/2/29", "20240229", "2024年2月29日"])
def test_a_leap_day_however_written(load_rows, text):
    load_rows([SALE | {"date": text}])
    assert str(Payment.objects.get().local_date) == "2024-02-29"


@pytest.mark.parametrize("text", ["24:00", "14:60", "2pm", "noon", "14:05:61"])
def test_times_that_cannot_be(load_rows, put_aside, text):
    assert put_aside(load_rows([SALE | {"time": text}])) == [(2, "date", "time")]


def test_a_terminal_whose_clock_is_a_year_off_is_noticed_by_the_settlement(load_rows, put_aside):
    file = load_rows(
        [
            SALE | {"date": "2025-11-20", "settled_on": "2026-11-21"},
            SALE | {"voucher_no": "000002", "settled_on": "2025-11-21"},
        ]
    )
    assert put_aside(file) == [
        (2, "settled_on", "dates_far_apart"),
        (3, "settled_on", "settled_before_payment"),
    ]


def test_words_that_are_not_known(load_rows, put_aside):
    file = load_rows(
        [
            SALE | {"kind": "签到", "slip_printed": ""},
            SALE | {"status": "?", "slip_printed": ""},
            SALE | {"slip_printed": "perhaps"},
        ]
    )
    assert put_aside(file) == [
        (2, "kind", "unknown_word_kind"),
        (3, "status", "unknown_word_status"),
        (4, "slip_printed", "word"),
    ]


def test_a_row_that_nothing_identifies_is_put_aside(load_rows, put_aside):
    file = load_rows([SALE | {"voucher_no": ""}, SALE | {"terminal_no": "", "voucher_no": "1"}])
    assert [reason for _line, _column, reason in put_aside(file)] == ["no_identity"] * 2


def test_numbers_that_a_spreadsheet_spoilt(load_rows, put_aside):
    file = load_rows(
        [
            SALE | {"source_id": "2.02611E+17"},
            SALE | {"batch_no": "318", "voucher_no": "2", "terminal_no": '="00000001"'},
        ]
    )
    assert put_aside(file) == [(2, "source_id", "spreadsheet_number")]
    payment = Payment.objects.get()
    assert (payment.batch_no, payment.voucher_no) == ("000318", "000002")


def test_a_file_that_grows_while_it_is_read_is_not_called_done(try_load, write, monkeypatch):
    path = write([SALE])
    examined = reading.examine

    def grows(*arguments):
        known = examined(*arguments)
        with path.open("a") as file:
            file.write(as_csv([SALE | {"voucher_no": "000002"}]).splitlines()[1] + "\n")
        return known

    monkeypatch.setattr(reading, "examine", grows)
    assert try_load(path).error == "changed_while_read"
    monkeypatch.setattr(reading, "examine", examined)
    result = try_load(path)
    assert not result.error
    assert counts(result.file) == (0, 0, 2, 0)


def test_a_format_that_is_not_there_is_said(db, write):
    with pytest.raises(formats.FormatError, match=r"没有格式“nosuch”.*canonical"):
        load.load_file(write([SALE]), "nosuch", actor=Actor.system("test"))


def test_another_mapping_may_read_the_same_bytes_again(load_rows, write, tmp_path, put_aside):
    first = load_rows([SALE | {"kind": "赊账"}])
    assert put_aside(first) == [(2, "kind", "unknown_word_kind")]
    mapping = (formats.FOLDER / "canonical.toml").read_text("utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(mapping.replace('"sale", "消费"', '"sale", "消费", "赊账"'), "utf-8")
    file = load_rows([SALE | {"kind": "赊账"}], str(path))
    assert counts(file) == (1, 0, 0, 0)
    assert first.rows_put_aside.get().state == "solved"
