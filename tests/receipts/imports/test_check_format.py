"""check_format shows what a mapping makes of a file, and says what may help; it writes nothing."""

import gzip

import pytest
from django.core.management import CommandError, call_command

from portal.accounts.actor import Actor
from receipts.imports import formats, load
from receipts.models import ImportFile, Payment
from tests.receipts.imports.conftest import SALE, as_csv
from tests.receipts.imports.samples import SAMPLES
from tests.receipts.imports.test_card_numbers import made_up_card, made_up_identity

each = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.format)


@pytest.fixture
def check(clock, capsys):
    """Exit code, what was said, what was complained of. Without a database: it needs none."""

    def run(path, **options) -> tuple[int, str, str]:
        code = 0
        try:
            call_command("check_format", str(path), **options)
        except SystemExit as end:
            code = end.code
        out, err = capsys.readouterr()
        return code, out, err

    return run


@each
def test_it_shows_what_rows_become(check, write, sample):
    path = write(sample.write([sample.payment, sample.refund]))
    code, out, err = check(path, format=sample.format)
    assert (code, err) == (0, "")
    assert f"amount = {sample.amount // 100}.{sample.amount % 100:02}" in out
    assert "kind = sale" in out
    assert "kind = refund" in out
    assert f"card = {sample.tail}" in out
    assert "前 2 行：2 行可以导入，0 行会被搁置" in out


@each
def test_it_finds_the_format_that_fits(check, write, sample):
    code, out, _err = check(write(gzip.compress(sample.write([sample.payment]))))
    assert code == 0
    assert sample.format in out


@each
def test_a_wrong_format_named_is_told_the_right_one(check, write, sample, db):
    path = write(sample.write([sample.payment, sample.refund]))
    for other in formats.names():
        if other == sample.format:
            continue
        code, out, _err = check(path, format=other)
        assert code == 2
        assert f"--format {sample.format}" in out
        loaded = load.load_file(path, other, actor=Actor.system("test"))
        assert loaded.error in {"no_header", "column_missing", "column_doubled"}
        assert f"--format {sample.format}" in loaded.message
    assert not Payment.objects.exists()
    assert set(ImportFile.objects.values_list("state", flat=True)) == {"failed"}


def test_it_says_what_was_not_understood(check, write):
    rows = [SALE | {"kind": "赊账", "remarks": ""}, SALE | {"amount": "(12.00)", "实付": "1"}]
    code, out, _err = check(write(rows), format="canonical")
    assert code == 1
    assert "搁置：kind 不认识这种交易类型" in out
    assert "搁置：amount 金额带负号" in out
    assert "赊账。在 [words.kind]" in out
    assert "前 2 行：0 行可以导入，2 行会被搁置" in out


def test_it_names_columns_that_look_like_ours(check, write):
    rows = [SALE | {"交易流水号": "T-1", "授权号码": "004821", "持卡人姓名号": "x"}]
    _code, out, _err = check(write(rows), format="canonical")
    assert 'auth_code = "授权号码"' in out
    assert "持卡人姓名号”" not in out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (as_csv([SALE]).replace(",", "|").encode(), 'delimiter = "|"'),
        (as_csv([SALE]).replace(",", "\t").encode(), 'delimiter = "\\t"'),
        (b"nothing,of,the,sort\n1,2,3,4\n", "没有找到表头"),
        (b"", "文件是空的"),
    ],
)
def test_it_says_why_a_file_cannot_be_read(check, write, content, said):
    code, out, err = check(write(content), format="canonical")
    assert code == 2
    assert said in out + err


@pytest.mark.parametrize(
    ("declared", "real", "said"),
    [("gbk", "utf-8", 'encoding = "utf-8"'), ("utf-8", "gbk", 'encoding = "gb18030"')],
)
def test_it_says_which_encoding_a_file_is_in(check, write, tmp_path, declared, real, said):
    mapping = tmp_path / "mine.toml"
    mapping.write_text(
        f'[file]\nencoding = "{declared}"\n[columns]\nmerchant_no = "商户编号"\namount = "金额"\n'
        'date_time = "交易时间"\nsource_id = "流水号"\n[required]\ncolumns = ["amount"]\n',
        "utf-8",
    )
    text = "商户编号,金额,交易时间,流水号\n1,2.00,2026-11-20 12:00:00,T1\n"
    code, out, _err = check(write(text.encode(real)), format=str(mapping))
    assert code == 2
    assert said in out


def test_nothing_personal_is_shown(check, write):
    card, identity = made_up_card(), made_up_identity()
    rows = [
        SALE | {"card_tail": card, "remarks": f"{card} {identity}", "持卡人姓名": "欧阳不该留下"},
        SALE | {"amount": card, "持卡人身份证": identity, "kind": card},
    ]
    _code, out, err = check(write(rows), format="canonical", rows=10)
    for secret in (card, card[:12], identity, "欧阳不该留下"):
        assert secret not in out + err
    assert f"card = {card[-4:]}" in out


def test_a_format_that_is_not_there(check, write):
    with pytest.raises(CommandError, match="没有格式“nosuch”"):
        check(write([SALE]), format="nosuch")
