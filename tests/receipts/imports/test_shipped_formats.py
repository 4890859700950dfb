"""Each format that comes with the product reads what its senders write."""

import pytest

from receipts.imports import formats
from receipts.models import ImportFile, Merchant, Payment, Reversal, Terminal
from tests.receipts.imports import samples
from tests.receipts.imports.conftest import counts
from tests.receipts.imports.samples import (
    FIXED_SALE,
    SAMPLES,
    WECHAT_HEADER,
    WECHAT_PAYMENT,
    WECHAT_REFUND,
    Sample,
)

each = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.format)


def test_these_are_shipped():
    assert formats.names() == sorted(["canonical", *(sample.format for sample in SAMPLES)])


@each
def test_a_payment_and_its_refund(load_rows, sample: Sample):
    file = load_rows(sample.write([sample.payment, sample.refund]), sample.format)
    assert counts(file) == (1, 1, 0, 0)
    assert not file.disagrees
    payment = Payment.objects.get()
    assert (payment.amount_minor, payment.refunded_minor) == (sample.amount, sample.refunded)
    assert (payment.status, payment.card_tail) == ("partly_refunded", sample.tail)
    assert payment.source == sample.format.removesuffix("-tradebill")


@each
def test_a_refund_before_its_payment_waits_for_it(load_rows, sample: Sample, put_aside):
    first = load_rows(sample.write([sample.refund]), sample.format)
    assert [reason for _line, _column, reason in put_aside(first)] == ["waiting"]
    assert counts(load_rows(sample.write([sample.payment]), sample.format)) == (1, 0, 0, 0)
    assert Payment.objects.get().refunded_minor == sample.refunded


@each
def test_the_same_rows_again_change_nothing(load_rows, sample: Sample):
    content = sample.write([sample.payment, sample.refund])
    load_rows(content, sample.format)
    assert counts(load_rows(content + b"\n", sample.format)) == (0, 0, 2, 0)


@each
def test_a_broken_amount_costs_its_own_row(load_rows, put_aside, sample: Sample):
    bad = sample.numbered(2) | {sample.amount_field: "12.3.4"}
    file = load_rows(sample.write([sample.payment, bad]), sample.format)
    assert counts(file) == (1, 0, 0, 1)
    assert [rest for _line, *rest in put_aside(file)] == [["amount", "amount"]]
    assert not file.disagrees


# --- WeChat Pay ----------------------------------------------------------------------------------


def wechat(load_rows, rows, **more) -> ImportFile:
    return load_rows(samples.wechat(rows, **more), "wechat-tradebill")


def test_wechat_without_a_service_provider(load_rows):
    wechat(load_rows, [WECHAT_PAYMENT | {"特约商户号": "0"}])
    assert Merchant.objects.get().merchant_no == "1900000001"
    assert not Terminal.objects.exists()


def test_wechat_says_of_itself_what_it_has(load_rows):
    file = wechat(load_rows, [WECHAT_PAYMENT, WECHAT_REFUND])
    assert {figure["name"]: figure["ours"] for figure in file.totals} == {
        "总交易单数": 2,
        "应结订单总金额": 3600,
        "退款总金额": 1000,
        "充值券退款总金额": 0,
        "订单总金额": 3850,
        "申请退款总金额": 1250,
    }
    file = wechat(load_rows, [WECHAT_PAYMENT], totals="`2,`36.00,`0.00,`0.00,`0.0,`38.50,`0.00")
    assert file.disagrees


def test_wechat_cut_off_is_flagged(load_rows):
    content = samples.wechat([WECHAT_PAYMENT])
    file = load_rows(content[: content.index("总交易单数".encode())], "wechat-tradebill")
    assert (counts(file), file.disagrees) == ((1, 0, 0, 0), True)


def test_wechat_of_older_days(load_rows):
    file = load_rows(samples.wechat_of_old([WECHAT_PAYMENT, WECHAT_REFUND]), "wechat-tradebill")
    assert (counts(file), file.disagrees) == ((1, 1, 0, 0), False)
    payment = Payment.objects.get()
    assert (payment.amount_minor, payment.refunded_minor) == (3850, 1000)
    assert len(file.totals) == 4


def test_wechat_of_payments_only(load_rows):
    header = [t for t in WECHAT_HEADER if "退款" not in t]
    file = load_rows(samples.wechat([WECHAT_PAYMENT], header=header), "wechat-tradebill")
    assert counts(file) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("status", "refunded"), [("SUCCESS", 1250), ("PROCESSING", 1250), ("CHANGE", 0), ("FAIL", 0)]
)
def test_wechat_refunds_by_their_state(load_rows, status, refunded):
    file = wechat(load_rows, [WECHAT_PAYMENT, WECHAT_REFUND | {"退款状态": status}])
    assert Payment.objects.get().refunded_minor == refunded
    assert file.put_aside == 0


@pytest.mark.parametrize("number", ["0", "", "50000000012026112000000000002"])
def test_wechat_payments_that_were_revoked(load_rows, number):
    revoked = WECHAT_PAYMENT | {"交易状态": "REVOKED", "微信退款单号": number}
    file = wechat(load_rows, [WECHAT_PAYMENT, revoked])
    assert counts(file) == (1, 1, 0, 0)
    assert Payment.objects.get().status == "voided"
    own = number if number.strip("0") else WECHAT_PAYMENT["微信订单号"]
    assert Reversal.objects.get().source_id == own


# --- fixed width ---------------------------------------------------------------------------------


def test_widths_count_bytes_so_that_a_broken_one_moves_nothing(load_rows, put_aside):
    content = samples.fixed([FIXED_SALE, FIXED_SALE | {"voucher_no": "000002"}])
    content = content.replace("餐厅".encode("gb18030"), b"\xff\xff\xff\xff", 1)
    file = load_rows(content, "fixed-width-example")
    assert put_aside(file) == [(2, "merchant_no", "broken_characters")]
    assert counts(file) == (1, 0, 0, 1)
    assert Merchant.objects.get().name == "半山听雨茶餐厅"
    assert not file.disagrees


def test_lines_of_another_length_or_mark(load_rows, put_aside):
    lines = samples.fixed([FIXED_SALE]).split(b"\r\n")
    content = b"\n".join([lines[0], lines[1][:-1], lines[1] + b"  ", b"X" + lines[1][1:], lines[2]])
    file = load_rows(content, "fixed-width-example")
    assert put_aside(file) == [(2, "", "line_length"), (4, "", "line_unknown")]
    assert counts(file) == (1, 0, 0, 2)
    assert file.disagrees


def test_characters_beyond_gbk_in_a_fixed_line(load_rows):
    load_rows(samples.fixed([FIXED_SALE | {"merchant_name": "㑇𠮷小店"}]), "fixed-width-example")
    assert Merchant.objects.get().name == "㑇𠮷小店"
