"""Whole card numbers, names and identity numbers die in the reader. The numbers are made here, at
run time, and looked for in every byte that a load leaves behind."""

import random
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.db import connection

from receipts.imports import formats, values
from receipts.imports.values import without_numbers
from receipts.models import Payment, PutAside
from tests.cards import with_check_digit
from tests.receipts.imports.conftest import REFUND, SALE, as_csv, counts
from tests.receipts.imports.samples import FIXED, SAMPLES
from tests.tools import ROOT, database_url


def made_up_card(start: str = "62", length: int = 19) -> str:
    return with_check_digit(
        start + "".join(random.choices("0123456789", k=length - len(start) - 1))
    )


def made_up_identity() -> str:
    digits = "42010619800101" + f"{random.randrange(1000):03}"
    weights = values._WEIGHTS
    total = sum(int(d) * w for d, w in zip(digits, weights, strict=True))
    return digits + "10X98765432"[total % 11]


def everything_in_the_database() -> str:
    said = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  names from the database
            said += [repr(row) for row in cursor.fetchall()]
    return "\n".join(said)


@pytest.mark.parametrize("length", [13, 16, 18, 19])
def test_only_the_last_four_digits_of_a_card_column_survive(load_rows, length):
    card = made_up_card(length=length)
    load_rows([SALE | {"card_tail": card}])
    assert Payment.objects.get().card_tail == card[-4:]
    assert card[:-4] not in everything_in_the_database()


@pytest.mark.parametrize(
    "written", ["1234", "**** 1234", "622848******1234", "6228 48** **** 1234", "尾号"]
)
def test_tails_as_files_write_them(load_rows, put_aside, written):
    file = load_rows([SALE | {"card_tail": written}])
    if written == "尾号":
        assert put_aside(file) == [(2, "card", "card_tail")]
    else:
        assert Payment.objects.get().card_tail == "1234"


@pytest.mark.parametrize("column", ["remarks", "order_no", "merchant_name", "issuer_name", "city"])
def test_a_card_number_in_a_free_column_is_cut_or_the_row_put_aside(load_rows, column):
    card = made_up_card(random.choice(["62", "4", "53", "35", "9558"]), 16)
    spaced = " ".join(card[i : i + 4] for i in range(0, 16, 4))
    file = load_rows(
        [
            SALE | {column: card},
            SALE | {column: f"卡{card}。", "voucher_no": "000002"},
            SALE | {column: f"2026-11-20 {spaced}", "voucher_no": "000003"},
            SALE | {column: card.translate(values_wide()), "voucher_no": "000004"},
        ]
    )
    assert file.created + file.put_aside == 4
    left = everything_in_the_database()
    for form in (card, spaced, card.translate(values_wide()), card[:12], spaced[:14]):
        assert form not in left


def values_wide() -> dict[int, int]:
    return {ord("0") + n: ord("０") + n for n in range(10)}


def test_nothing_of_the_numbers_is_left_anywhere(
    transactional_db, clock, write, tmp_path, settings
):
    """By the command, as a person runs it: database file, its log, output and logs are searched."""
    card, identity, name = made_up_card(), made_up_identity(), "欧阳不该留下"
    holder = {"持卡人姓名": name, "持卡人身份证": identity, "卡号全": card}
    rows = [
        SALE | holder | {"card_tail": card, "remarks": f"{card} {identity}"},
        SALE | holder | {"voucher_no": "000002", "amount": card},
        SALE | holder | {"voucher_no": "000003", "date": f"2026-{card}"},
        SALE | holder | {"voucher_no": "000004", "card_tail": f"{card}x"},
        SALE | holder | {"voucher_no": "000005", "kind": card, "order_no": card},
        SALE | holder | {"voucher_no": card},
        SALE | holder | {"source_id": card},
        REFUND | holder | {"original_source_id": "T-9", "order_no": card, "remarks": card},
        REFUND | holder | {"voucher_no": "000901", "amount": "999999", "remarks": card},
    ]
    text = as_csv(rows) + f'{card},"{card},{identity}\n{card},{name}\n'
    done = subprocess.run(
        [sys.executable, "manage.py", "import_transactions", str(write(text)), "--json"],
        cwd=ROOT,
        env={
            "PATH": "/usr/bin:/bin",
            "DATABASE_URL": database_url(),
            "VAR_DIR": str(tmp_path / "var"),
            "LOG_LEVEL": "DEBUG",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    assert Payment.objects.count() >= 1
    assert PutAside.objects.count() >= 7
    left = everything_in_the_database() + done.stdout + done.stderr
    for path in tmp_path.rglob("*"):
        if path.is_file() and path.suffix != ".csv":
            left += path.read_bytes().decode("utf-8", "ignore")
    if connection.vendor == "sqlite":
        # By another process: closing the file here would drop this process's own locks on it.
        for end in ("", "-wal"):
            path = connection.settings_dict["NAME"] + end
            read = subprocess.run(["cat", path], capture_output=True, check=True)
            left += read.stdout.decode("latin-1")
    for secret in (card, card[:12], card[3:15], identity, identity[:14], name):
        assert secret not in left


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.format)
def test_nothing_of_the_numbers_is_left_whatever_the_format(
    transactional_db, clock, load_rows, sample, tmp_path, capsys, caplog
):
    """A card number, a name and an identity number in every column of the format, one at a time:
    what is left anywhere is at most the last four digits."""
    identity, name = made_up_identity(), "欧阳不该留下"
    personal = {title: name for title in sample.payment if "姓名" in title or "用户" in title}
    rows, secrets = [], {identity, identity[:14], name}
    for column in sample.payment:
        width = dict(FIXED).get(column, 99) if "mark" in sample.payment else 99
        if width < 13:
            continue  # no card number is so short
        card = made_up_card("35" if width == 15 else "62", min(width, 19))
        secrets |= {card, card[:12], card[3:15]}
        for text in (card, identity, f"{card} {identity}"):
            if len(text) <= width:
                rows.append(sample.numbered(len(rows) + 2) | personal | {column: text})
        rows.append(sample.refund | personal | {column: card})
    file = load_rows(sample.write(rows), sample.format)
    assert file.read == len(rows)
    assert file.created > 3
    path = next(tmp_path.glob("*.csv"))
    with pytest.raises(SystemExit):
        call_command("check_format", str(path), format=sample.format, rows=500)
    left = everything_in_the_database() + "".join(capsys.readouterr()) + caplog.text
    for secret in secrets:
        assert secret not in left


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.format)
def test_a_whole_card_number_in_its_own_column_leaves_its_tail(load_rows, sample):
    if sample.card:
        card = made_up_card()
        load_rows(sample.write([sample.payment | {sample.card: card}]), sample.format)
        assert Payment.objects.get().card_tail == card[-4:]
        assert card[:-4] not in everything_in_the_database()
    else:  # a wallet's file has none, and no column is read as one
        assert "card" not in formats.get(sample.format).columns


@pytest.mark.parametrize("name", formats.names())
def test_no_shipped_format_reads_what_is_personal(name):
    format = formats.get(name)
    for columns in (format.columns, *format.kinds.values()):
        for field, titles in columns.items():
            assert not any(personal in title for title in titles for personal in PERSONAL)
            assert field in {"card", "device_card"} or not any("卡号" in t for t in titles)


PERSONAL = ("姓名", "身份证", "证件", "手机", "用户标识", "账户名称")


def test_numbers_that_only_look_long_stay(load_rows):
    load_rows(
        [SALE | {"order_no": "4200002026112000009921000011", "source_id": "20261120140533001"}]
    )
    payment = Payment.objects.get()
    assert payment.order_no == "4200002026112000009921000011"
    assert payment.source_id == "20261120140533001"


def test_what_is_cut_out_of_words():
    card, identity = made_up_card(length=16), made_up_identity()
    assert without_numbers(f"卡号{card}号") == f"卡号**** {card[-4:]}号"
    assert without_numbers(f"身份证 {identity}") == "身份证 ****"
    assert without_numbers("电话 027-88886666 共 12 人") == "电话 027-88886666 共 12 人"


def test_a_mapping_cannot_let_the_holder_in(tmp_path, write, db):
    from receipts.imports import formats

    path = tmp_path / "mine.toml"
    path.write_text('[columns]\nremarks = ["持卡人姓名"]\n', "utf-8")
    with pytest.raises(formats.FormatError, match="持卡人姓名"):
        formats.get(str(path))


def test_counts_hold_whatever_is_cut(load_rows):
    file = load_rows([SALE | {"remarks": made_up_card()}, SALE | {"voucher_no": made_up_card()}])
    assert counts(file) == (1, 0, 0, 1)
