"""What a slip says, for every kind of payment."""

from itertools import pairwise

import pytest

from receipts.slip.content import NAME_LIMIT, SlipContent, Words, clean
from receipts.slip.pdf import cells
from tests.receipts.slip.conftest import KINDS, copy_of


def said(content: SlipContent) -> dict[str, str]:
    """English title → value, of all fields but the reversals'."""
    fields = (*content.parts, *content.card, *content.numbers, *content.chip)
    return {field.title.en: field.value for field in fields}


def test_a_sale_says_everything_a_paper_slip_says(content_of):
    content = content_of("sale")
    assert content.merchant == Words("半山听雨茶餐厅（江北店）")
    assert content.copy == Words("持卡人存根", "CARDHOLDER COPY")
    assert content.type == Words("消费", "SALE")
    assert content.amount.title == Words("人民币金额", "AMOUNT, RMB")
    assert (content.amount.symbol, content.amount.digits) == ("¥", "386.50")
    assert content.amount.status == Words("已于 2026-11-23 结算", "SETTLED")
    assert said(content) == {
        "CARD NO.": "**** 4821 / C",
        "DATE / TIME": "2026-11-22 19:42:16",
        "ISSUER": "嘉陵银行",
        "ACQUIRER": "江岸支付",
        "MERCHANT NO.": "898653058120137",
        "TERMINAL NO.": "65301842",
        "REFER NO.": "112219420386",
        "AUTH NO.": "381604",
        "BATCH NO.": "000317",
        "VOUCHER NO.": "004182",
        "OPERATOR NO.": "01",
        "APP LABEL": "PBOC DEBIT",
        "AID": "A000000333010101",
        "ARQC": "8F2C61A4D0E7935B",
        "TVR": "0000000000",
        "TSI / ATC": "0000 / 01A7",
    }
    assert [note.zh for note in content.notes] == [
        "交易金额未超过 1,000 元，免密免签。",
        "本人确认以上交易，同意将其记入本卡账户。",
    ]
    assert content.reversals == ()


@pytest.mark.parametrize(
    ("kind", "type_", "status"),
    [
        ("void", "SALE", "VOIDED"),
        ("refund", "SALE", "REFUNDED"),
        ("partly_refunded", "SALE", "PARTLY REFUNDED"),
        ("declined", "SALE", "DECLINED"),
        ("waiting", "SALE", "NOT YET SETTLED"),
        ("auth", "AUTH", "NOT YET SETTLED"),
        ("auth_complete", "AUTH COMPLETE", "SETTLED"),
        ("auth_cancel", "AUTH", "VOIDED"),
    ],
)
def test_type_and_status_are_the_payments_own(content_of, kind, type_, status):
    content = content_of(kind)
    assert (content.type.en, content.amount.status.en) == (type_, status)


@pytest.mark.parametrize(
    ("kind", "title", "amount"),
    [
        ("void", Words("消费撤销", "VOID"), "-¥386.50"),
        ("refund", Words("退货", "REFUND"), "-¥386.50"),
        ("partly_refunded", Words("退货", "REFUND"), "-¥58.00"),
        ("auth_cancel", Words("预授权撤销", "AUTH CANCEL"), "-¥386.50"),
    ],
)
def test_what_took_the_money_back_names_its_original(content_of, kind, title, amount):
    (group,) = content_of(kind).reversals
    assert (group[0].title, group[0].value) == (title, amount)
    assert {field.title.en: field.value for field in group[1:]} == {
        "DATE / TIME": "2026-11-25 10:30:05",
        "REFER NO.": "112510300577",
        "BATCH NO.": "000320",
        "VOUCHER NO.": "000091",
        "ORIG. VOUCHER": "004182",
    }


def test_a_part_refunded_says_how_much_went_back(content_of):
    assert content_of("partly_refunded").amount.status.zh == "部分退款，已退 ¥58.00"


def test_a_code_payment_bears_the_wallets_order_number_and_no_card(content_of):
    content = content_of("code")
    assert said(content)["ORDER NO."] == "4200001982202611229034578819"
    assert next(field.value for field in content.card) == "**** 8819 / Q"
    assert "CARD NO." not in said(content)
    assert content.copy == Words("付款人存根", "PAYER COPY")
    assert content.notes == ()  # there is no card account to charge


def test_a_tip_is_shown_between_amount_and_total(content_of):
    content = content_of("tip")
    assert content.amount.title == Words("人民币总计", "TOTAL, RMB")
    assert content.amount.digits == "426.50"
    assert [(f.title.en, f.value) for f in content.parts] == [
        ("AMOUNT", "¥386.50"),
        ("TIPS", "¥40.00"),
    ]


def test_a_completed_authorisation_shows_what_was_authorised(content_of):
    assert said(content_of("auth_complete"))["AUTH AMOUNT"] == "¥500.00"


def test_instalments_are_counted(content_of):
    assert said(content_of("instalments"))["INSTALMENTS"] == "12"


def test_a_foreign_cards_scheme_stands_beside_its_issuer(content_of):
    content = content_of("foreign_card")
    assert said(content)["CARD SCHEME"] == "VISA"
    assert said(content)["ISSUER"] == "Harbour Bank"
    assert content.amount.title == Words("人民币金额", "AMOUNT, RMB")  # charged in RMB all the same


def test_a_foreign_currency_has_its_own_name_and_decimals(content_of):
    dollars = content_of("foreign")
    assert dollars.amount.title == Words("金额（美元）", "AMOUNT, USD")
    assert (dollars.amount.symbol, dollars.amount.digits) == ("USD", "1,234.56")
    assert dollars.notes[0].zh == "本次交易免密免签。"  # the limit of 1,000 is one of yuan


def test_yen_have_no_decimals(content_of):
    yen = content_of("yen")
    assert (yen.amount.symbol, yen.amount.digits) == ("JPY", "98,000")


def test_the_note_names_the_limit_only_below_it(content_of):
    content = content_of("sale", amount_minor=100_001)
    assert content.notes[0].zh == "本次交易免密免签。"


@pytest.mark.parametrize("kind", ["void", "declined"])
def test_nobody_acknowledges_a_charge_that_is_none(content_of, kind):
    assert content_of(kind).notes == ()


def test_a_phones_own_card_number_stands_beside_the_plastic_ones(content_of):
    assert said(content_of("sale", wallet_tail="7731"))["DEVICE CARD NO."] == "**** 7731"


def test_missing_values_leave_nothing_behind(content_of):
    content = content_of("bare")
    assert said(content) == {
        "DATE / TIME": "2026-11-22 19:42:16",
        "ACQUIRER": "江岸支付",  # the institution whose portal this is
        "MERCHANT NO.": "898653058120137",
    }
    assert content.chip == ()
    assert content.amount.status.zh == "已结算"


@pytest.mark.parametrize("kind", KINDS)
def test_no_field_is_empty_and_every_one_has_its_english_title(content_of, kind):
    content = content_of(kind)
    groups = (content.parts, content.card, content.numbers, content.chip, *content.reversals)
    for group in groups:
        for field in group:
            assert field.value
            assert field.title.en


@pytest.mark.parametrize("kind", KINDS)
def test_columns_have_no_holes(content_of, kind):
    """Two to a row; a wide field ends the row before it."""
    content = content_of(kind)
    placed = cells(content.numbers, content.chip)
    for before, cell in pairwise(placed):
        if " wide" in cell.looks:
            assert " odd" in cell.looks
        elif " wide" not in before.looks:
            assert (" odd" in cell.looks) != (" odd" in before.looks)


def test_the_first_issue_bears_no_mark(content_of):
    content = content_of("sale", copy_of(number=1))
    assert content.duplicate is None
    assert content.statement[1].zh == "出具时间 2026-11-23 13:11。"


def test_a_duplicate_says_so_with_its_number(content_of):
    content = content_of("sale", copy_of(number=2, duplicate=True))
    assert content.duplicate == Words("重打印凭证 第 2 次", "DUPLICATED, ISSUE 2")
    assert content.statement[1].zh == "第 2 次出具 2026-11-26 10:20，首次 2026-11-23。"


def test_the_merchants_copy_is_named(content_of):
    assert content_of("sale", copy_of(copy="merchant")).copy.zh == "商户存根"


def test_it_says_what_it_is_and_what_it_is_not(content_of):
    words = "".join(line.zh + line.en for line in content_of("sale").statement)
    assert "由江岸支付按交易记录补发" in words
    assert "不是发票" in words
    assert "不代替商户留存的签名原件" in words
    assert "NOT A TAX INVOICE" in words


def test_it_claims_no_signature_and_no_verify_code(content_of):
    content = content_of("sale")
    words = "".join(line.zh + line.en for line in (*content.statement, *content.notes))
    assert "电子签名" not in words
    assert "DIGITALLY" not in words
    assert "核验" not in words


def test_a_shop_without_a_name_is_known_by_its_number(content_of):
    assert content_of("sale", name=" ").merchant.zh == "商户 898653058120137"


def test_clean_removes_what_turns_hides_or_breaks_text():
    assert clean("甲\u202e乙\u200b丙\x00丁\n戊\ufe0f\ud800") == "甲乙丙丁 戊"
    assert clean(None) == ""
    assert clean("<b>&") == "<b>&"  # escaping is the form's work
    long = clean("长" * 300, NAME_LIMIT)
    assert len(long) == NAME_LIMIT
    assert long.endswith("…")


def test_chip_data_that_is_no_object_is_left_out(content_of):
    assert content_of("sale", chip=["not", "an", "object"]).chip == ()


def test_a_wallet_is_no_card_scheme(content_of):
    content = content_of("code", card_brand="微信支付")
    assert said(content)["WALLET"] == "微信支付"
    assert "CARD SCHEME" not in said(content)
