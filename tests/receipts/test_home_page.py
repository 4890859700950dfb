"""The home page: the look-up form."""

import re

import pytest

from tests.cards import a_card_number
from tests.pages import CHINESE, assert_kept_rules, attribute, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_it_asks_for_tail_day_minute_and_amount_in_the_order_of_a_bank_message(client):
    html = client.get("/").content.decode()
    names = [
        name
        for name in re.findall(r'<input[^>]*\bname="(\w+)"', html)
        if name not in ("csrfmiddlewaretoken", "next", "work")
    ]
    assert list(dict.fromkeys(names)) == [
        "card_tail",
        "date",
        "other_date",
        "time",
        "amount",
        "merchant_name",
        "auth_code",
        "rrn",
    ]


def test_today_and_yesterday_bear_their_dates_and_today_is_chosen(client):
    html = client.get("/").content.decode()
    radios = re.findall(r'<input[^>]*type="radio"[^>]*>', html)
    assert [re.search(r'value="([^"]*)"', radio)[1] for radio in radios] == [
        "2026-11-23",
        "2026-11-22",
        "other",
    ]
    assert ["checked" in radio for radio in radios] == [True, False, False]
    assert "今天 11月23日 昨天 11月22日 其他" in text(client.get("/"))


def test_every_field_has_its_label(client):
    html = client.get("/").content.decode()
    for found in re.findall(r"<input\b[^>]*>", html):
        if 'type="hidden"' in found:
            continue
        identity = re.search(r'\bid="([^"]+)"', found)[1]
        assert f'for="{identity}"' in html, identity


def test_its_doors_lead_somewhere(client):
    html = client.get("/").content.decode()
    doors = re.findall(r'class="door" href="([^"]*)"', html)
    assert "/help/" in doors
    assert all(client.get(door).status_code == 200 for door in doors)


def test_it_says_who_offers_it(client, institution):
    assert "由江岸支付提供" in text(client.get("/"))


def test_it_speaks_english_all_over(client, institution):
    client.cookies["language"] = "en"
    page = client.get("/")
    assert CHINESE.findall(text(page)) == ["中文"]
    assert "A service of Jiang'an Payments" in text(page)
    assert attribute(page.content.decode(), "input", "time", "placeholder") == "such as 14:05"


def test_it_stays_chinese_whatever_the_browser_prefers(client):
    page = client.get("/", headers={"accept-language": "en-GB,en;q=0.9"})
    assert "找回小票" in text(page)


def test_it_keeps_the_rules_of_pages(client):
    assert_kept_rules(client.get("/"))


def test_search_engines_may_list_it(client):
    assert "X-Robots-Tag" not in client.get("/").headers


def test_it_asks_the_database_once_at_most(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        client.get("/")


def test_by_post_it_fills_in_what_was_typed_before(client):
    """改一改 on the page that asks for one more detail."""
    kept = {"card_tail": "4821", "date": "2026-11-19", "time": "19:42", "amount": "386.50"}
    html = client.post("/", kept).text
    html = html[html.index('id="lookup"') :]
    assert attribute(html, "input", "card_tail", "value") == "4821"
    assert attribute(html, "input", "time", "value") == "19:42"
    assert attribute(html, "input", "amount", "value") == "386.50"
    assert attribute(html, "input", "other_date", "value") == "2026-11-19"
    assert re.search(r'value="other"[^>]*checked', html)
    assert 'role="alert"' not in html


def test_the_browsers_own_icon_request_finds_the_icon(client):
    assert client.get("/favicon.ico").headers["Location"].endswith("vendor/icon.svg")


class TestABankMessage:
    SAYS = "【江南银行】您尾号4821的卡11月22日19:42在半山听雨消费人民币386.50元"

    def test_it_fills_the_form(self, client):
        page = client.post("/", {"message": self.SAYS})
        html = page.content.decode()
        assert attribute(html, "input", "card_tail", "value") == "4821"
        assert attribute(html, "input", "amount", "value") == "386.50"
        assert attribute(html, "input", "time", "value") == "19:42"
        assert re.search(r'value="2026-11-22"[^>]* checked', html)
        assert "已填入：卡号后四位、消费日期、消费时间、消费金额、商户名称" in text(page)
        assert "江南银行" not in html

    def test_it_says_what_is_still_to_be_filled_in(self, client):
        page = client.post("/", {"message": "您尾号4821的卡消费386.50元"})
        assert "还要您填：消费日期、消费时间" in text(page)

    def test_what_is_not_understood_stays(self, client):
        html = client.post("/", {"message": "您的验证码是 482193"}).content.decode()
        assert "没有读懂" in html
        assert "您的验证码是 482193</textarea>" in html

    def test_a_whole_card_number_does_not(self, client):
        number = a_card_number()
        html = client.post("/", {"message": f"卡号{number}的验证码"}).content.decode()
        assert number not in html

    def test_an_empty_one_asks_again(self, client):
        assert "没有读懂" in text(client.post("/", {"message": " "}))
