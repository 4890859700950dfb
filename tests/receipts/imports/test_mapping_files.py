"""What a mapping file can say, each by a file that is read so; and what it cannot say."""

import pytest

from portal.accounts.actor import Actor
from receipts.imports import formats, load, reasons
from receipts.models import Merchant, Payment
from tests.receipts.imports.conftest import counts

COLUMNS = """
[columns]
merchant_no = "商户"
terminal_no = "终端"
batch_no = "批次"
voucher_no = "凭证"
date = "日期"
time = "时间"
amount = "金额"
kind = "类型"
original_voucher_no = "原凭证"
[words.kind]
sale = "消费"
refund = "退货"
"""
TITLES = "商户,终端,批次,凭证,日期,时间,金额,类型,原凭证"
ROW = "898521058120001,00000001,000318,{voucher},{date},{time},{amount},{kind},{original}"


def text(*rows: dict) -> str:
    usual = {"date": "2026-11-20", "time": "14:05:33", "amount": "386.50", "kind": "消费"}
    lines = [
        ROW.format_map(usual | {"voucher": n, "original": ""} | row)
        for n, row in enumerate(rows, 1)
    ]
    return "\n".join([TITLES, *lines, ""])


@pytest.fixture
def mapping(tmp_path):
    def make(more: str, columns: str = COLUMNS) -> str:
        path = tmp_path / "mine.toml"
        path.write_text(more + columns, "utf-8")
        return str(path)

    return make


@pytest.fixture
def load_as(load_rows, mapping):
    return lambda more, content, columns=COLUMNS: load_rows(content, mapping(more, columns))


# --- amounts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("notation", "amount", "fen"),
    [
        ('amount = "fen"', "38650", 38650),
        ('amount = "fen"', "000000038650", 38650),
        ('currency_signs = ["$"]', "$1234.50", 123450),
        ('currency_signs = ["HK$", "$"]', "HK$ 12.5", 1250),
        ('decimal = ","', "1.234", 123400),
        ("", "１２", 1200),
    ],
)
def test_notations_of_amounts(load_as, notation, amount, fen):
    load_as(f"[values]\n{notation}\n", text({"amount": amount}))
    assert Payment.objects.get().amount_minor == fen


def test_a_comma_before_the_cents_where_it_is_declared(load_as):
    load_as('[file]\ndelimiter = "|"\n[values]\ndecimal = ","\n',
            text({"amount": "1.234;50"}).replace(",", "|").replace(";", ","))  # fmt: skip
    assert Payment.objects.get().amount_minor == 123450


@pytest.mark.parametrize(
    ("notation", "amount", "reason"),
    [
        ("", "(12.00)", "amount_negative"),
        ("", "12.345", "amount_decimals"),
        ("", "$12", "amount"),
        ('amount = "fen"', "12.00", "amount"),
        ('decimal = ","', "12.00", "amount"),
        ('decimal = ","', "1.23", "amount"),
        ('negative = "reversals"', "-12.00", "amount_negative"),
        ('negative = "reversals"', "(12.00)", "amount_negative"),
        ('negative = "refund"', "--12.00", "amount_negative"),
        ('currency_signs = ["$"]', "$$12", "amount"),
    ],
)
def test_amounts_that_the_notation_does_not_have(load_as, put_aside, notation, amount, reason):
    file = load_as(f"[values]\n{notation}\n", text({"amount": amount}))
    assert put_aside(file) == [(2, "amount", reason)]


@pytest.mark.parametrize(
    "written", ["-86.50", "(86.50)", "-$86.50", "$-86.50", "86.50-", "-￥86.50"]
)
@pytest.mark.parametrize("kind", ["退货", "消费"])
def test_a_minus_that_marks_a_refund(load_as, written, kind):
    more = '[values]\nnegative = "refund"\nparentheses = true\ncurrency_signs = ["$"]\n'
    refund = {"amount": written, "kind": kind, "original": "1"}
    columns = COLUMNS.replace('"原凭证"', '"原凭证"\noriginal_batch_no = "批次"')
    file = load_as(more, text({}, refund), columns)
    assert counts(file) == (1, 1, 0, 0)
    assert Payment.objects.get().refunded_minor == 8650


# --- days, zones, words --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "written"),
    [
        ("dmy", "03/04/2026"), ("dmy", "3.4.2026"), ("dmy", "03042026"), ("dmy", "03-04-26"),
        ("mdy", "04/03/2026"), ("mdy", "04032026"), ("yymmdd", "260403"), ("yymmdd", "26-04-03"),
        ("ymd", "2026/4/3"),
    ],
)  # fmt: skip
def test_days_in_the_order_that_is_declared(load_as, order, written):
    load_as(f'[values]\ndate = "{order}"\n', text({"date": written}))
    assert str(Payment.objects.get().local_date) == "2026-04-03"


@pytest.mark.parametrize(
    ("order", "written", "reason"),
    [
        ("dmy", "04/13/2026", "date_not_in_calendar"),
        ("mdy", "13/04/2026", "date_not_in_calendar"),
        ("dmy", "2026-04-03", "date"),
        ("ymd", "03/04/2026", "date"),
        ("yymmdd", "2026-04-03", "date"),
        ("dmy", "", "date_missing"),
    ],
)
def test_days_in_another_order_are_not_guessed(load_as, put_aside, order, written, reason):
    file = load_as(f'[values]\ndate = "{order}"\n', text({"date": written}))
    assert put_aside(file) == [(2, "date", reason)]


@pytest.mark.parametrize(
    ("zone", "utc"),
    [
        ("Asia/Tokyo", "05:05:33"), ("北京", "06:05:33"),
        ("Pacific Time (US & Canada)", "22:05:33"),
        ("", "06:05:33"), ("UTC", "14:05:33"),
    ],
)  # fmt: skip
def test_a_column_that_names_the_zone(load_as, zone, utc):
    columns = COLUMNS.replace('amount = "金额"', 'amount = "金额"\ntime_zone = "时区"')
    columns += (
        '[words.time_zone]\n"Asia/Shanghai" = ["北京"]\n'
        '"America/Los_Angeles" = ["Pacific Time (US & Canada)"]\n'
    )
    content = text({}).replace("原凭证\n", "原凭证,时区\n").replace("消费,\n", f'消费,,"{zone}"\n')
    load_as("", content, columns)
    payment = Payment.objects.get()
    assert f"{payment.occurred_at:%H:%M:%S}" == utc
    assert str(payment.local_date) == "2026-11-20"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "/etc/localtime", "x\0y"])
def test_a_zone_that_is_none_costs_its_row(load_as, put_aside, zone):
    columns = COLUMNS.replace('amount = "金额"', 'amount = "金额"\ntime_zone = "时区"')
    content = text({}).replace("原凭证\n", "原凭证,时区\n").replace("消费,\n", f"消费,,{zone}\n")
    assert put_aside(load_as("", content, columns)) == [(2, "date", "zone")]
    assert reasons.of_row("zone") != "zone"


def test_another_zone_for_the_whole_file(load_as):
    load_as('[values]\ntime_zone = "Asia/Tokyo"\n', text({}))
    assert f"{Payment.objects.get().occurred_at:%H:%M}" == "05:05"


# --- lines, columns, rows ------------------------------------------------------------------------


def test_columns_by_position(load_as):
    columns = (
        "[columns]\nmerchant_no = 1\nterminal_no = 2\nbatch_no = 3\nvoucher_no = 4\n"
        "date = 5\ntime = 6\namount = 7\n"
    )
    content = text({}, {"amount": "1.00"}).split("\n", 1)[1]
    assert counts(load_as("[file]\nheader = false\n", content, columns)) == (2, 0, 0, 0)
    assert sorted(Payment.objects.values_list("amount_minor", flat=True)) == [100, 38650]


def test_columns_by_position_in_a_file_with_fewer(db, write, mapping):
    columns = "[columns]\nmerchant_no = 1\namount = 12\ndate = 3\ntime = 4\n"
    path = write("1,2,3\n")
    mine = mapping("[file]\nheader = false\n", columns)
    loaded = load.load_file(path, mine, actor=Actor.system("test"))
    assert (loaded.error, "12" in loaded.message) == ("column_missing", True)


def test_lines_to_skip_keep_the_numbers_of_the_others(load_as, put_aside):
    content = "商户,终端,not the header\n第二行\n" + text({"amount": "x"})
    file = load_as("[file]\nskip_lines = 2\n", content)
    assert put_aside(file) == [(4, "amount", "amount")]


def test_rows_that_are_no_payments(load_as):
    skip = '[skip]\n"类型" = ["签到", "结算"]\n'
    file = load_as("", text({}, {"kind": "签到"}, {"kind": "结 算"}), COLUMNS + skip)
    assert (file.read, counts(file)) == (1, (1, 0, 0, 0))


def test_the_first_filled_of_several_columns(load_as, write, mapping, db):
    columns = COLUMNS.replace('amount = "金额"', 'amount = ["实付", "金额"]')
    content = (
        text({}, {}).replace("原凭证\n", "原凭证,实付\n").replace("消费,\n", "消费,,9.90\n", 1)
    )
    content = content.replace("消费,\n", "消费,,0.00\n")
    loaded = load.load_file(write(content), mapping("", columns), actor=Actor.system("test"))
    assert loaded.error == "column_doubled"
    load_as('[file]\nseveral = "first"\n', content, columns)
    assert sorted(Payment.objects.values_list("amount_minor", flat=True)) == [990, 38650]


def test_what_is_taken_where_the_file_says_nothing(load_as):
    defaults = (
        '[defaults]\nmerchant_no = "898521058120009"\nmerchant_name = "小雨文具店"\ncity = "武汉"\n'
        'source = "host-7"\nissuer_name = "江南银行"\nstatus = "authorised"\n'
    )
    load_as(defaults, text({}), COLUMNS.replace('merchant_no = "商户"\n', ""))
    payment, merchant = Payment.objects.get(), Merchant.objects.get()
    assert (merchant.merchant_no, merchant.name, merchant.city) == (
        "898521058120009", "小雨文具店", "武汉",
    )  # fmt: skip
    assert (payment.source, payment.issuer_name, payment.status) == (
        "host-7", "江南银行", "authorised",
    )  # fmt: skip


def test_lines_and_totals_of_a_wallet(load_as):
    """As a wallet's file has them: notes behind `#`, tabs after numbers, refunds with a minus."""
    more = (
        '[file]\nencoding = "gbk"\ncomments = "#"\n[values]\nnegative = "refund"\n'
        '[defaults]\nsource = "wallet"\nmerchant_no = "2088000001"\ncard_kind = "code"\n'
        "[totals]\nlines = ['^#交易合计：(?P<笔数>[0-9]+)笔，商家实收共(?P<实收>-?[0-9.]+)元']\n"
        'figures = [{name = "笔数"}, {name = "实收", sums = "商家实收（元）"}]\n'
    )
    columns = (
        '[columns]\nsource_id = "交易号"\norder_no = "交易号"\ndate_time = "完成时间"\n'
        'amount = "订单金额（元）"\n[kinds.refund]\nsource_id = "退款请求号"\n'
        'original_source_id = "交易号"\namount = "订单金额（元）"\n'
    )
    content = (
        "#业务明细查询\n#账号：[2088000001]\n#----明细列表----\n"
        "交易号,完成时间,订单金额（元）,商家实收（元）,退款请求号\n"
        "2026112022001400000000004821\t,2026-11-20 10:00:30,35.80,35.80,\t\n"
        "2026112022001400000000004821\t,2026-11-20 11:00:30,-5.80,-5.80,R-1\t\n"
        "#----明细列表结束----\n#交易合计：2笔，商家实收共30.00元，商家优惠共0.00元\n"
    ).encode("gbk")
    file = load_as(more, content, columns)
    assert (counts(file), file.disagrees) == ((1, 1, 0, 0), False)
    payment = Payment.objects.get()
    assert (payment.refunded_minor, payment.card_tail) == (580, "4821")


# --- what makes no sense -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "columns", "said"),
    [
        ("[file]\ndelimeter = '|'\n", COLUMNS, "file.delimeter"),
        ("[values]\namount = 'jiao'\n", COLUMNS, "values.amount: fen | yuan"),
        ("[values]\ndate = 'ydm'\n", COLUMNS, "values.date"),
        ("[values]\nnegative = 'ignore'\n", COLUMNS, "values.negative"),
        ("[values]\ntime_zone = 'Beijing'\n", COLUMNS, "time_zone: Beijing"),
        ("[file]\nencoding = 'big5'\n", COLUMNS, "file.encoding"),
        ("[file]\ndelimiter = '||'\n", COLUMNS, "file.delimiter"),
        ("[file]\nlayout = 'xml'\n", COLUMNS, "file.layout"),
        ("[file]\nlayout = 'fixed'\n", COLUMNS, "record"),
        ("[file]\nheader = false\n", COLUMNS, "columns.merchant_no"),
        ("", "[columns]\namount = 7\n", "columns.amount"),
        ("", "[columns]\nprice = '价'\n", "price"),
        ("", "", "columns"),
        ("", "[columns]\nremarks = '持卡人姓名'\n", "持卡人姓名"),
        ("", "[columns]\norder_no = '卡号'\n", "card"),
        ("", "[columns]\nremarks = 'PAN'\n", "card"),
        ("", "[columns]\namount = '金额'\n[kinds.gift]\namount = '额'\n", "kinds: gift"),
        ("", "[columns]\namount = '金额'\n[kinds.refund]\nremarks = '身份证号'\n", "身份证号"),
        ("[defaults]\nkind = 'gift'\n", COLUMNS, "defaults.kind"),
        ("[defaults]\nmerchant_no = '12345678901234567890'\n", COLUMNS, "defaults.merchant_no"),
        ("[defaults]\nmerchant = '1'\n", COLUMNS, "merchant"),
        ("", COLUMNS + "[words.kind2]\na = 'b'\n", "words.kind2"),
        ("", COLUMNS + "[words.status]\ngone = 'b'\n", "gone"),
        ("", COLUMNS + "[words.time_zone]\nMars = 'b'\n", "Mars"),
        ("[required]\ncolumns = ['price']\n", COLUMNS, "price"),
        ("not toml", COLUMNS, "mine.toml"),
        ("file = 3\n", COLUMNS, "file"),
        ("[file]\nskip_lines = 'two'\n", COLUMNS, "two"),
    ],
)
def test_a_mapping_that_makes_no_sense_says_where(mapping, more, columns, said):
    with pytest.raises(formats.FormatError, match=r"mine\.toml") as refused:
        formats.get(mapping(more, columns))
    assert refused.value.code == "format_broken"
    assert said in str(refused.value)


def test_a_mapping_that_is_no_text(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(formats.FormatError, match=r"mine\.toml"):
        formats.get(str(path))
    with pytest.raises(formats.FormatError, match="没有格式"):
        formats.get(str(tmp_path / "nowhere.toml"))
