"""`manage.py import_transactions FILE…`"""

import io
import json
from itertools import count

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from portal.accounts.actor import Actor
from receipts.imports import load
from receipts.models import ImportFile, Payment
from tests.receipts.imports.conftest import REFUND, SALE


@pytest.fixture
def command(db, clock, capsys):
    """Run it; its exit code, what it printed and what it complained of."""

    def run(*arguments) -> tuple[int, str, str]:
        try:
            call_command("import_transactions", *map(str, arguments))
            code = 0
        except SystemExit as end:
            code = end.code
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_all_rows_in_is_exit_code_0(command, write):
    code, out, _err = command(write([SALE], "day.csv"))
    assert (code, out.splitlines()) == (0, ["day.csv：读取 1，新增 1，更新 0，未变 0，搁置 0"])


def test_rows_put_aside_are_named_and_exit_code_1(command, write):
    code, out, _err = command(write([SALE, SALE | {"amount": "1e3"}, REFUND | {"voucher_no": "9"}]))
    assert code == 1
    assert "       1  数字被表格软件改成了科学记数" in out
    assert "第 3 行 金额：数字被表格软件改成了科学记数" in out


def test_many_rows_put_aside_are_not_all_listed(command, write):
    _code, out, _err = command(write([SALE | {"amount": "x"}] * 25))
    assert "      25  金额读不懂" in out
    assert out.count("金额读不懂") == 1 + 10
    assert "还有 15 行" in out


def test_an_unreadable_file_is_exit_code_2_and_the_others_still_go_in(command, write, tmp_path):
    code, out, err = command(tmp_path / "nothing.csv", write([SALE]))
    assert code == 2
    assert "nothing.csv：没有这个文件" in err
    assert "新增 1" in out


def test_the_same_file_again_says_so(command, write):
    path = write([SALE])
    command(path)
    code, out, _err = command(path)
    assert code == 0
    assert "已导入过，没有改动" in out
    assert Payment.objects.count() == 1


def test_a_load_that_shared_its_file_with_another_says_so(command, write, monkeypatch):
    monkeypatch.setattr(load, "CHUNK", {"sqlite": 1, "postgresql": 1})
    path = write([SALE, SALE | {"voucher_no": "000002"}])
    finished, others = load._Load._finished, []

    def another_comes_first(self, sheet):
        if not others:  # the first has merged all and not yet said so: another runs to the end
            others.append(None)
            others[0] = load.load_file(path, actor=Actor.system("test"))
        return finished(self, sheet)

    monkeypatch.setattr(load._Load, "_finished", another_comes_first)
    code, out, _err = command(path)
    assert code == 0
    assert "同一个文件" not in out  # it did all of it by itself
    assert others[0].shared  # the other did nothing
    assert others[0].file.created == 2
    assert Payment.objects.count() == 2


def test_a_load_that_goes_on_where_another_stopped_says_so(command, write, monkeypatch):
    monkeypatch.setattr(load, "CHUNK", {"sqlite": 1, "postgresql": 1})
    path = write([SALE, SALE | {"voucher_no": "000002"}])

    class Stopped(Exception):
        pass

    def stop(*_progress):
        raise Stopped

    with pytest.raises(Stopped):
        load.load_file(path, actor=Actor.system("test"), on_progress=stop)
    code, out, _err = command(path)
    assert code == 0
    assert "另一次导入也做了" in out
    assert "读取 2，新增 2" in out


def test_a_header_alone_says_so(command, write):
    assert "只有表头" in command(write("merchant_no,amount,date,time\n"))[1]


def test_gbk_is_said(command, write):
    row = {"商户名称" if name == "merchant_name" else name: text for name, text in SALE.items()}
    from tests.receipts.imports.conftest import as_csv

    assert "GB 18030" in command(write(as_csv([row]).encode("gbk")))[1]


def test_json_is_for_programs(command, write, tmp_path):
    code, out, _err = command(
        write([SALE, SALE | {"amount": ""}]), tmp_path / "nothing.csv", "--json"
    )
    files = json.loads(out)["files"]
    assert code == 2
    file = ImportFile.objects.get()
    assert files[0] | {"sha256": "", "file": ""} == {
        "file": "",
        "error": "",
        "import": ImportFile.objects.get().pk,
        "sha256": "",
        "format": "canonical",
        "encoding": "utf-8",
        "already": False,
        "shared": False,
        "read": 2,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "put_aside": 1,
        "totals": [],
        "disagrees": False,
        "put_aside_by_reason": {"amount_missing": 1},
        "started_by": "system:import",
        "started_at": file.started_at.isoformat(),
        "finished_at": file.finished_at.isoformat(),
        "rows_put_aside": [
            {
                "line": 3,
                "column": "amount",
                "reason": "amount_missing",
                "state": "open",
                "message": "没有金额",
            }
        ],
    }
    assert files[1]["error"] == "no_such_file"


def test_it_speaks_english(command, write, tmp_path):
    with translation.override("en"):
        _code, out, err = command(write([SALE], "day.csv"), tmp_path)
    assert "day.csv: 1 read, 1 created" in out
    assert "This is a folder" in err


def test_who_imported_is_kept(command, write, make_member):
    member = make_member("operations")
    command(write([SALE]), "--by", member.user.username)
    assert ImportFile.objects.get().started_by == f"user:{member.user.public_id}"
    with pytest.raises(CommandError, match="没有这个工作人员：nobody"):
        command(write([SALE]), "--by", "nobody")


def test_an_unknown_format_is_said_before_anything_is_read(command, write):
    with pytest.raises(CommandError, match="nosuch"):
        command(write([SALE]), "--format", "nosuch")
    assert not ImportFile.objects.exists()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_how_far_it_is_and_a_pipe_does_not(db, clock, write, monkeypatch):
    monkeypatch.setattr(load, "CHUNK", dict.fromkeys(load.CHUNK, 2))
    monkeypatch.setattr("receipts.management.terminal.time.monotonic", count(0, 10).__next__)
    path = write([SALE | {"voucher_no": f"{n:06}"} for n in range(1, 8)], "day.csv")
    terminal, pipe = Terminal(), io.StringIO()
    call_command("import_transactions", str(path), stdout=io.StringIO(), stderr=terminal)
    lines = terminal.getvalue().split("\r\x1b[K")
    assert len(lines) > 3
    assert lines[1].startswith("day.csv  █")
    assert "100%" in lines[-2]
    assert lines[-1] == ""
    call_command("import_transactions", str(path), stdout=io.StringIO(), stderr=pipe)
    assert pipe.getvalue() == ""
    quiet = Terminal()
    call_command("import_transactions", str(path), "--json", stdout=io.StringIO(), stderr=quiet)
    assert quiet.getvalue() == ""
