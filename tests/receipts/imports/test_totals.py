"""What a file says of itself is held against what is read in it."""

import json
import re

import pytest
from django.core.management import call_command

from portal.outbox.models import Entry
from receipts.imports import formats, load
from receipts.models import ImportFile
from tests.receipts.imports.conftest import REFUND, SALE, as_csv, counts

SECOND_HEADER = """
[totals]
header = "总笔数"
required = true
figures = [
  {name = "总笔数"},
  {name = "消费金额", sums = ["金额", "amount"], of = "sale"},
  {name = "退货金额", sums = ["没有这一列", "amount"], of = ["refund", "void"]},
  {name = "小费合计", sums = "tip"},
]
"""
LINE = """
[totals]
lines = ['^#合计：(?P<笔数>[0-9]+)笔，共(?P<金额>[0-9.,]+)元']
figures = [{name = "笔数"}, {name = "金额", sums = "amount"}]
"""
TWO = [SALE, SALE | {"voucher_no": "000002", "amount": "13.50"}]


@pytest.fixture
def mapping(tmp_path):
    """The canonical format with something more."""

    def make(more: str) -> str:
        path = tmp_path / "mine.toml"
        path.write_text((formats.FOLDER / "canonical.toml").read_text("utf-8") + more, "utf-8")
        return str(path)

    return make


def sides(file: ImportFile) -> dict[str, tuple]:
    return {figure["name"]: (figure["said"], figure["ours"]) for figure in file.totals}


def test_totals_after_a_second_header_that_agree(load_rows, mapping):
    text = as_csv([*TWO, REFUND]) + "总笔数,消费金额,退货金额\n3,400.00,86.5\n"
    file = load_rows(text, mapping(SECOND_HEADER))
    assert counts(file) == (2, 1, 0, 0)
    assert sides(file) == {
        "总笔数": (3, 3),
        "消费金额": (40000, 40000),
        "退货金额": (8650, 8650),
    }
    assert not file.disagrees


@pytest.mark.parametrize(
    "said", ["4,400.00,0", "2,400.01,0", "2,400.00,86.50", "two,400.00,0", "2,,0"]
)
def test_totals_that_disagree_are_flagged_and_the_rows_are_in(load_rows, mapping, said):
    file = load_rows(as_csv(TWO) + f"总笔数,消费金额,退货金额\n{said}\n", mapping(SECOND_HEADER))
    assert counts(file) == (2, 0, 0, 0)
    assert file.disagrees


def test_a_file_cut_off_before_its_totals_is_flagged(load_rows, mapping):
    file = load_rows(as_csv(TWO), mapping(SECOND_HEADER))
    assert file.disagrees
    assert sides(file)["总笔数"] == (None, 2)


def test_a_file_of_nothing_but_totals(load_rows, mapping):
    header = as_csv(TWO).splitlines()[0]
    file = load_rows(f"{header}\n总笔数,消费金额\n0,0.00\n", mapping(SECOND_HEADER))
    assert (file.read, file.disagrees) == (0, False)
    file = load_rows(f"{header}\n总笔数,消费金额\n5,0.00\n", mapping(SECOND_HEADER))
    assert (sides(file)["总笔数"], file.disagrees) == ((5, 0), True)


def test_a_row_put_aside_is_counted_in_the_totals_all_the_same(load_rows, mapping):
    rows = [SALE, SALE | {"voucher_no": "", "amount": "13.50"}]
    file = load_rows(as_csv(rows) + "总笔数,消费金额\n2,400.00\n", mapping(SECOND_HEADER))
    assert counts(file) == (1, 0, 0, 1)
    assert not file.disagrees


def test_totals_in_a_line_of_words(load_rows, mapping):
    file = load_rows(as_csv(TWO) + "#合计：2笔，共400.00元\n", mapping(LINE))
    assert sides(file) == {"笔数": (2, 2), "金额": (40000, 40000)}
    assert not file.disagrees
    file = load_rows("#合计：3笔，共400.00元\n" + as_csv(TWO), mapping(LINE))
    assert file.disagrees


def test_a_file_without_totals_is_not_flagged(load_rows, mapping):
    file = load_rows(as_csv(TWO), mapping(LINE))
    assert (file.totals, file.disagrees) == ([], False)


def test_a_load_that_was_killed_counts_on(load_rows, mapping, write, monkeypatch, db, clock):
    """Stopped between any two chunks, the totals are those of one clean load."""
    monkeypatch.setattr(load, "CHUNK", dict.fromkeys(load.CHUNK, 2))
    rows = [SALE | {"voucher_no": f"{n:06}"} for n in range(1, 8)]
    path = write(as_csv(rows) + "总笔数,消费金额\n7,2705.50\n")
    merge, merged = load._Load._merge, []

    def dies(self, chunk):
        if len(merged) == 2:
            raise KeyboardInterrupt
        merge(self, chunk)
        merged.append(chunk)

    actor = load.Actor.system("test")
    monkeypatch.setattr(load._Load, "_merge", dies)
    with pytest.raises(KeyboardInterrupt):
        load.load_file(path, mapping(SECOND_HEADER), actor=actor)
    assert ImportFile.objects.get().read == 4
    monkeypatch.setattr(load._Load, "_merge", merge)
    file = load.load_file(path, mapping(SECOND_HEADER), actor=actor).file
    assert sides(file) == {"总笔数": (7, 7), "消费金额": (270550, 270550)}
    assert not file.disagrees


def test_the_command_says_so_loudly(load_rows, mapping, write, capsys, make_member):
    make_member("operations")
    path = write(as_csv(TWO) + "总笔数,消费金额\n3,400.00\n")
    with pytest.raises(SystemExit, match="3"):
        call_command("import_transactions", str(path), format=mapping(SECOND_HEADER))
    assert Entry.objects.filter(topic="import_alarm").count() == 1
    out, err = capsys.readouterr()
    assert "新增 2" in out
    assert "不一致" in err
    assert re.search("总笔数.*3.*2", err)
    with pytest.raises(SystemExit, match="3"):
        call_command("import_transactions", str(path), format=mapping(SECOND_HEADER), json=True)
    assert Entry.objects.filter(topic="import_alarm").count() == 1
    said = json.loads(capsys.readouterr().out)["files"][0]
    assert said["disagrees"]
    assert said["totals"][0] == {"name": "总笔数", "money": False, "said": 3, "ours": 2}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("[totals]\nlines = ['(?P<笔数>[0-9]+)']\n", "笔数"),
        ('[totals]\nfigures = [{name = "a", of = "gift"}]\n', "gift"),
        ("[totals]\nlines = ['(']\n", "missing"),
    ],
)
def test_a_mapping_with_senseless_totals_is_refused(mapping, more, said):
    with pytest.raises(formats.FormatError, match=said):
        formats.get(mapping(more))
