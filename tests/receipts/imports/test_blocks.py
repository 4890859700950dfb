"""Read by columns, a file says what it says read row by row; any_file.py has the comparison."""

import pytest

from receipts.imports.blocks import AT_ONCE
from receipts.imports.formats import FOLDER
from receipts.models import Payment, PutAside
from tests.cards import a_card_number
from tests.receipts.imports.any_file import read_both_ways
from tests.receipts.imports.conftest import REFUND, SALE, as_csv, counts
from tests.receipts.imports.samples import SAMPLES, Sample

MORE = SALE | {
    "source_id": "T1",
    "rrn": "112014053301",
    "order_no": "42000020261120",
    "settled_on": "2026-11-21",
    "card_kind": "debit",
    "tip": "",
    "chip": "",
}
# What a column may say besides, some of it odd and some of it wrong.
SAID = {
    "kind": ["auth", "auth_complete", "消费", "refund", "gift", ""],
    "status": ["", "authorised", "declined", "voided", "refunded", "partly_refunded", "?"],
    "amount": ["0", "0.00", "386.5", "1,386.50", "￥386.50", "-1.00", "1e3", "", "00386.50"],
    "tip": ["0", "1.00", "999.00"],
    "authorised_amount": ["386.50", "400", "0", "-1"],
    "refunded_amount": ["1.00", "999", "0"],
    "date": ["2026/11/20", "20261120", "2026年11月20日", "2026-02-30", "2099-01-01", "",
             " 2026-11-20 "],
    "time": ["14:05", "140533", "9:05:33", "24:00:00", "14:60:00", "１４:05:33", "", "14:05:33.25"],
    "date_time": ["2026-11-20 14:05:33", "2026-11-20T14:05:33", "20261120140533", "2026-11-20",
                  "2026-11-20 14:05:33+08:00", "2026-11-20T06:05:33Z", "2026-11-20  14:05:33"],
    "settled_on": ["2026-11-19", "2026-11-18", "2027-09-01", ""],
    "card_tail": ["", "12345", "****7712", "１２３４", "771", "77 12"],
    "card_kind": ["code", "credit", "", "paper"],
    "entry_mode": ["Q", "C", ""],
    "order_no": ["", "NULL", "0000000000", "4200 0020", "12ab", "x" * 65],
    "source_id": ["", "NULL", "0", "=\"0071\"", "'0071", "1.5E+12", "T\ufffd"],
    "rrn": ["", "12", "0", "112014053301x", "１１２０１４０５３３０１"],
    "voucher_no": ["", "7", "0000000", "0"],
    "batch_no": ["", "0", "12"],
    "merchant_no": ["", "898521058120002", "8985 2105"],
    "merchant_name": ["", "雨" * 130, "小\u200b雨"],
    "terminal_no": ["", "0", "00000002"],
    "slip_printed": ["yes", "no", "unknown", "maybe"],
    "slip_cause": ["paper_out", ""],
    "aid": ["A000000333010101", "zz", ""],
    "remarks": ["-", "-5", "a\tb", "x" * 200, "\x07"],
}  # fmt: skip


def odd_rows() -> list[dict]:
    rows = []
    for number, (column, texts) in enumerate(SAID.items()):
        rows.append(MORE | {"voucher_no": f"{number:06}"})
        rows += [MORE | {"voucher_no": f"1{number:05}"} | {column: text} for text in texts]
        bare = dict.fromkeys(("source_id", "rrn", "card_tail"), "")
        rows += [MORE | {"entry_mode": "Q"} | bare | {column: text} for text in texts]
    rows += [MORE | {name: a_card_number()} for name in ("source_id", "order_no", "rrn")]
    return [*rows, REFUND]


@pytest.mark.parametrize(
    "columns", [set(), {"date_time"}, {"date", "time", "chip"}, {"source_id", "rrn", "date_time"}]
)
def test_odd_cells_mean_the_same_read_either_way(clock, write, columns):
    rows = [{k: v for k, v in row.items() if k not in columns} for row in odd_rows()]
    for at_once in (1, 7, AT_ONCE):
        read_both_ways(write(as_csv(rows)), "canonical", at_once)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Asia/Kolkata", "America/New_York"])
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.format)
def test_every_format_and_zone(clock, write, tmp_path, sample: Sample, zone):
    mapping = tmp_path / "own.toml"
    text = (FOLDER / f"{sample.format}.toml").read_text("utf-8")
    mapping.write_text(text.replace("Asia/Shanghai", zone), "utf-8")
    rows = [sample.numbered(n) if n % 5 else sample.refund for n in range(20)]
    rows[7] |= {sample.amount_field: "x"}
    read_both_ways(write(sample.write(rows)), str(mapping))


def test_plain_rows_beside_odd_ones_keep_their_order(db, load_rows):
    rows = [SALE | {"voucher_no": f"{number:06}", "rrn": ""} for number in range(1, 2 * AT_ONCE)]
    rows[3] |= {"amount": "x"}
    rows[AT_ONCE + 1] |= {"tip": "1.00"}
    file = load_rows(rows)
    assert counts(file) == (len(rows) - 1, 0, 0, 1)
    assert PutAside.objects.get().line == 5
    assert Payment.objects.filter(tip_minor=100).count() == 1


def test_an_authorisation_that_says_no_status_is_not_settled(db, load_rows):
    held = {k: v for k, v in SALE.items() if k != "status"}
    load_rows([held | {"kind": "auth"}, held | {"kind": "auth_complete", "voucher_no": "000002"}])
    assert dict(Payment.objects.values_list("kind", "status")) == {
        "auth": "authorised",
        "auth_complete": "settled",
    }
