"""`manage.py put_aside list|show|retry|drop`"""

import json

import pytest
from django.core.management import CommandError, call_command

from receipts.models import FileSource, ImportFile, Payment, PutAside
from tests.receipts.imports.conftest import REFUND, SALE


@pytest.fixture
def command(db, capsys):
    """Run it; its exit code and what it printed."""

    def run(*arguments) -> tuple[int, str]:
        try:
            call_command("put_aside", *map(str, arguments))
            code = 0
        except SystemExit as end:
            code = end.code
        return code, capsys.readouterr().out

    return run


@pytest.fixture
def rows(load_rows) -> list[PutAside]:
    load_rows([SALE | {"amount": "x"}, SALE | {"date": "y", "voucher_no": "2"}, REFUND])
    return list(PutAside.objects.order_by("line"))


def test_open_rows_are_listed_in_words(command, rows):
    code, out = command("list")
    assert code == 0
    assert f"{rows[0].pk}  1.csv 第 2 行 金额：金额读不懂（待处理）" in out
    assert "原交易还没有来" not in out
    assert len(command("list", "--state", "all")[1].splitlines()) == 3


def test_a_list_is_narrowed_by_reason_file_and_source(command, rows):
    def ids(*narrowing) -> list[int]:
        out = command("list", "--json", *narrowing)[1]
        return [row["id"] for row in json.loads(out)["rows"]]

    assert ids("--reason", "date") == [rows[1].pk]
    assert ids("--file", rows[0].import_file_id) == [rows[1].pk, rows[0].pk]
    assert ids("--file", 999_999) == []
    FileSource.objects.create(name="first", pattern="[0-9].csv", format="canonical")
    FileSource.objects.create(name="second", pattern="*.csv", format="canonical")
    assert len(ids("--source", "first")) == 2
    assert ids("--source", "second") == ids("--source", "other") == ids("--source", "none") == []
    assert ids("--before", rows[1].pk, "--limit", "5") == [rows[0].pk]


def test_a_row_is_shown_with_what_was_kept(command, rows):
    out = command("show", rows[0].pk)[1]
    assert "amount = x  (金额)" in out
    described = json.loads(command("show", rows[0].pk, "--json")[1])
    assert described["fields"]["merchant_name"] == "小雨文具店"
    assert described["tried"] == []


def test_one_row_is_corrected(command, rows):
    code, out = command("retry", rows[0].pk, "--set", "amount=386.50")
    assert (code, out.splitlines()[0]) == (0, "重试 1 行，进去 1 行，仍搁置 0 行")
    assert Payment.objects.get().amount_minor == 38650
    assert "amount: 'x' → '386.50'" in command("show", rows[0].pk)[1]
    with pytest.raises(CommandError, match="刚刚被处理过"):
        command("retry", rows[0].pk, "--set", "amount=386.50")


def test_all_rows_of_a_reason_are_tried_and_what_stays_is_exit_code_1(command, rows):
    code, out = command("retry", "--reason", "amount")
    assert code == 1
    assert "       1  金额读不懂" in out
    answer = json.loads(command("retry", "--file", rows[0].import_file_id, "--json")[1])
    assert (answer["tried"], answer["put_aside"]) == (2, 2)
    assert answer["results"] == {"amount": 1, "date": 1}


def test_rows_of_a_gone_format_keep_no_others_out(command, rows, load_rows, capsys):
    ImportFile.objects.update(format="nosuch")
    load_rows([SALE | {"amount": "x", "voucher_no": "3"}])
    code, out = command("retry", "--reason", "amount")
    assert code == 1
    assert "重试 1 行" in out


def test_nothing_is_tried_without_saying_what(command, rows):
    with pytest.raises(CommandError, match="请给出行的编号"):
        command("retry")
    with pytest.raises(CommandError, match="没有这一行"):
        command("retry", 999_999)
    with pytest.raises(CommandError, match="没有这样的原因"):
        command("list", "--reason", "nosuch")
    with pytest.raises(CommandError, match="没有这样的栏目"):
        command("retry", rows[0].pk, "--set", "nosuch=1")


def test_rows_are_dropped_with_a_reason_by_operations_alone(command, rows, make_member):
    auditor, ning = make_member("auditor"), make_member("operations")
    with pytest.raises(CommandError, match="只有运营"):
        command("drop", rows[0].pk, "--because", "测试", "--by", auditor.user.username)
    command("drop", rows[0].pk, "--because", "主机的测试", "--by", ning.user.username)
    shown = json.loads(command("show", rows[0].pk, "--json")[1])
    assert (shown["state"], shown["tried"][0]["words"]) == ("dropped", "主机的测试")
    assert shown["tried"][0]["by"] == f"user:{ning.user.public_id}"
    with pytest.raises(CommandError, match="已经处理过"):
        command("drop", rows[0].pk, "--because", "测试")
