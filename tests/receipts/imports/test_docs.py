"""docs/formats.md says what is true: its examples go in as they stand, its columns and keys are the
formats'."""

import re

import pytest
from django.core.management import call_command

from portal.accounts.actor import Actor
from receipts.imports import formats, load, mapping
from receipts.models import Payment


@pytest.fixture
def document(root) -> str:
    return (root / "docs" / "formats.md").read_text(encoding="utf-8")


@pytest.mark.django_db
def test_the_example_goes_in_as_it_stands(document, tmp_path):
    lines = [line.strip() for line in document.splitlines() if line.startswith("    ")]
    path = tmp_path / "example.csv"
    path.write_text("\n".join(n for n in lines if "manage.py" not in n) + "\n", encoding="utf-8")
    loaded = load.load_file(path, actor=Actor.system("test"))
    assert (loaded.file.read, loaded.file.created, loaded.file.put_aside) == (1, 1, 0)
    payment = Payment.objects.get()
    assert (payment.amount_minor, payment.card_tail, payment.status) == (38650, "4821", "settled")
    assert (payment.slip_printed, payment.slip_cause) == ("no", "paper_out")


def blocks(document: str, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", document, re.M | re.S)


def test_the_ten_minutes_are_as_they_are_told(document, tmp_path, db, clock, capsys):
    (file,) = blocks(document, "csv")
    steps = blocks(document, "toml")
    river, toml = tmp_path / "river.csv", tmp_path / "river.toml"
    river.write_bytes(file.encode("gbk"))
    with pytest.raises(SystemExit):  # step 1: no shipped format fits
        call_command("check_format", str(river))
    toml.write_text("".join(steps[:3]), "utf-8")
    with pytest.raises(SystemExit):  # before step 4 the words are asked for
        call_command("check_format", str(river), format=str(toml))
    assert "[words.kind]" in capsys.readouterr().out
    toml.write_text("".join(steps), "utf-8")
    call_command("check_format", str(river), format=str(toml))
    assert "前 3 行：3 行可以导入，0 行会被搁置" in capsys.readouterr().out
    call_command("import_transactions", str(river), format=str(toml))
    said = capsys.readouterr()
    assert "读取 3，新增 2，更新 1，未变 0，搁置 0" in said.out
    assert "与文件自己的合计一致" in said.out
    paid = Payment.objects.order_by("voucher_no").values_list("amount_minor", "refunded_minor")
    assert list(paid) == [(38650, 8650), (5200, 0)]


def test_every_column_of_the_format_is_explained(document):
    explained = set(re.findall(r"`([a-z_]+)`", document))
    titles = {names[0] for names in formats.get("canonical").columns.values()}
    assert titles <= explained
    assert formats.FIELDS - {"card", "device_card"} <= explained | titles


def test_every_format_and_every_key_is_explained(document):
    assert set(formats.names()) <= set(re.findall(r"`([a-z-]+)`", document))
    table = document[document.index("## Every key") :]
    for section, keys in mapping.KEYS.items():
        for key in keys - set(mapping.KEYS):
            name = f"({section}\\.)?{key}" if section else key
            assert re.search(rf"`{name}[`.]", table), (section, key)


def test_nothing_is_explained_that_is_not_there(document):
    table = document[document.index("## Every key") : document.index("# The canonical file")]
    for section, key in re.findall(r"^\| `([a-z]+)\.([a-z_]+)`", table, re.M):
        assert key in mapping.KEYS[section]
