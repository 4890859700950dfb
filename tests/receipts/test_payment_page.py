"""A payment's page, for the browser that found it."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from tests.pages import CHINESE, assert_kept_rules, hidden, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

AT = datetime(2026, 11, 22, 19, 42, 16)
DETAILS = {"auth_code": "381604", "rrn": "112219420386", "voucher_no": "004182"}


@pytest.fixture
def found(client, make_payment):
    """Make a payment, look it up, and give its page."""

    def make(**values):
        values = {"card_tail": "4821", "at": AT, "settled_on": date(2026, 11, 23)} | values
        payment = make_payment(**values)
        typed = {"card_tail": "4821", "date": "2026-11-22", "time": "19:42", "amount": "386.50"}
        answer = client.post("/lookup/", typed)
        assert answer.headers["Location"] == f"/payment/{payment.pk}/"
        return client.get(answer.headers["Location"])

    return make


def test_it_shows_shop_city_amount_minute_status_tail_and_kind(found, make_merchant):
    words = text(found(merchant=make_merchant("半山听雨茶餐厅", city="重庆市江北区")))
    for shown in (
        "半山听雨茶餐厅",
        "重庆市江北区",
        "¥ 386.50",
        "11月22日 周日 19:42",
        "**** 4821",
        "交易类型 消费",
    ):
        assert shown in words


def test_numbers_stand_on_the_pdf_and_the_page_says_so(found):
    page = found(**DETAILS)
    assert "商户编号、参考号、授权码等写在 PDF 里" in text(page)
    for number in DETAILS.values():
        assert number not in page.content.decode()


@pytest.mark.parametrize(
    ("values", "sentence", "seal"),
    [
        ({"status": "authorised", "settled_on": None}, "银行已同意付款，钱还没有结算", "处理中"),
        ({"status": "settled"}, "钱已于 11月23日 结算给商户。", "已结算 2026.11.23"),
        ({"status": "settled", "settled_on": None}, "钱已结算给商户。", "已结算"),
        (
            {"status": "partly_refunded", "refunded_minor": 5800},
            "已退回 ¥58.00，其余 ¥328.50 已付给商户。",
            "部分退款",
        ),
        ({"status": "refunded", "refunded_minor": 38650}, "已全额退回。", "已退款"),
        ({"status": "voided"}, "这笔已撤销，商户没有收到钱。", "已撤销"),
        ({"status": "declined"}, "这笔没有成功，商户没有收到钱。", "未成功"),
    ],
)
def test_each_status_is_one_plain_sentence_and_a_seal(found, values, sentence, seal):
    page = found(**values)
    assert sentence in text(page)
    assert f'aria-label="{seal}' in page.content.decode()


def test_the_pdf_is_the_one_strong_button(found):
    html = found().content.decode()
    assert html.count("btn-go") == 1
    assert "slip.pdf" in html


def test_a_refund_can_be_asked_for_with_its_latest_answer_time(found, make_merchant, sign_in):
    page = found()
    assert hidden(page.content.decode())["kind"] == "refund_request"
    assert "申请退款" in text(page)
    assert "最迟" in text(page)
    assert "钱原路退回尾号 4821" in text(page)


@pytest.mark.parametrize(
    ("status", "headline"),
    [("declined", "找到了，这笔付款没有成功"), ("settled", "找到了，这是您的小票")],
)
def test_the_headline_is_true(found, status, headline):
    page = found(status=status)
    assert f"<h1>{headline}</h1>" in page.text
    assert f"<title>{headline}" in page.text


@pytest.mark.parametrize("status", ["authorised", "voided", "declined"])
def test_no_refund_is_offered_of_what_was_not_captured(found, status):
    page = found(status=status)
    assert "申请退款" not in text(page)
    assert "对这笔交易有疑问" in text(page)


def test_a_shop_that_answers_is_promised_before_the_institution(
    found, make_merchant, make_member, institution
):
    member = make_member("manager")
    shop = make_merchant("小雨文具店", organisation=member.organisation)
    assert "最迟明天 15:40，商户答复您" in text(found(merchant=shop))


def test_a_shop_without_an_account_is_promised_nothing_for(found, institution):
    assert "江岸支付答复您" in text(found())


def test_a_code_payment_names_its_order_number(found):
    assert "交易单号后四位" in text(found(entry_mode="Q"))


def test_another_browser_sees_what_a_wrong_address_shows(found, client):
    address = found().request["PATH_INFO"]
    stranger = Client()
    hers, wrong = stranger.get(address), stranger.get(f"/payment/{uuid4()}/")
    assert hers.status_code == wrong.status_code == 404
    assert text(hers) == text(wrong)
    assert "请再找一次" in text(hers)
    assert 'href="/"' in hers.content.decode()


def test_a_pass_for_one_payment_opens_no_other(found, client, make_payment):
    found()
    other = make_payment(card_tail="9999", at=AT + timedelta(hours=1))
    assert client.get(f"/payment/{other.pk}/").status_code == 404


def test_it_speaks_english(found, client, make_merchant):
    client.cookies["language"] = "en"
    words = text(found(merchant=make_merchant("小雨文具店", name_en="Xiaoyu Stationery", city="")))
    assert "Found: this is your slip" in words
    assert "Xiaoyu Stationery" in words
    assert "The money was settled to the merchant on 23 Nov." in words
    assert CHINESE.findall(words) == ["中文"]


def test_it_keeps_the_rules_of_pages_and_out_of_lists(found):
    page = found()
    assert_kept_rules(page)
    assert page.headers["X-Robots-Tag"] == "noindex"


def test_it_asks_the_database_a_dozen_times_at_most(
    found, client, django_assert_max_num_queries, institution
):
    address = found().request["PATH_INFO"]
    with django_assert_max_num_queries(12):
        client.get(address)


def test_it_rejects_post(found, client):
    assert client.post(found().request["PATH_INFO"]).status_code == 405


def test_a_code_payment_goes_back_to_its_wallet_and_names_no_card(found):
    words = text(found(entry_mode="Q", card_kind="code"))
    assert "同意后，钱原路退回付款的钱包。" in words
    assert "退回尾号" not in words
