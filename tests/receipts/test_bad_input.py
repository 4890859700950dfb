"""What people, broken browsers and programs send to the look-up: an answer, a reason, no trace."""

import io
import logging
from datetime import datetime

import pytest
from django.test import Client

from portal.gate.models import Attempt
from receipts.models import Payment
from tests.cards import a_card_number
from tests.pages import attribute
from tests.payments import TYPED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def look_up(client, **typed):
    return client.post("/lookup/", TYPED | typed)


@pytest.mark.parametrize(
    ("tail", "message"),
    [
        ("١٢٣٤", "这里只填数字"),
        ("一二三四", "这里只填数字"),
        ("77121", "多了几位"),
        ("771", "还差 1 位"),
        ("", "请填卡号后四位"),
        ("****", "请填卡号后四位"),
        ("-712", "还差 1 位"),
        ("7712.0", "多了几位"),
        ("0x1F", "这里只填数字"),
    ],
)
def test_a_tail_that_is_none_is_told_and_not_looked_up(client, payment, tail, message):
    page = look_up(client, card_tail=tail)
    assert page.content.decode().count(message) == 2
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("tail", ["7712", "77 12", "７７１２", "尾号7712", "**** **** **** 7712"])
def test_a_tail_is_read_however_it_is_written(client, payment, tail):
    assert look_up(client, card_tail=tail).status_code == 302


def test_the_tail_of_four_noughts_is_a_tail(client, make_payment):
    make_payment(card_tail="0000")
    assert look_up(client, card_tail="0000").status_code == 302


@pytest.mark.parametrize(
    "field", ["card_tail", "amount", "time", "other_date", "merchant_name", "auth_code", "rrn"]
)
def test_a_whole_card_number_is_refused_wherever_it_is_typed(client, payment, field, caplog, capfd):
    number = a_card_number()
    typed = {field: number} | ({"date": "other"} if field == "other_date" else {})
    with caplog.at_level(logging.DEBUG):
        page = look_up(client, **typed)
    assert page.status_code == 200
    assert number not in page.content.decode()
    assert number not in caplog.text + "".join(capfd.readouterr())
    assert not Attempt.objects.exists()
    if field in ("card_tail", "merchant_name"):
        assert "我们没有保存" in page.content.decode()


@pytest.mark.parametrize(
    "amount", ["٣٨٦.٥٠", "三百八十六", "386,50", "1e3", "-386.50", "NaN", "38 6.5x"]
)
def test_an_amount_in_another_writing_is_told(client, payment, amount):
    page = look_up(client, amount=amount)
    assert page.status_code == 200
    assert "请照短信里的样子填金额" in page.content.decode()
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("day", ["2026-02-31", "2026-13-01", "0000-00-00", "9999-12-31", "31/02"])
def test_a_day_that_never_was_is_told(client, payment, day):
    page = look_up(client, date="other", other_date=day)
    assert page.status_code == 200
    assert 'id="id_date_error"' in page.content.decode()


@pytest.mark.parametrize(
    ("day", "hour"),
    # Shanghai had summer time from 1986 to 1991, and before 1901 a time of its own.
    [
        ("1986-05-04", "02:30"),
        ("1988-04-17", "01:30"),
        ("1991-09-15", "01:30"),
        ("1900-12-31", "23:59"),
    ],
)
def test_an_hour_that_clocks_skipped_or_had_twice_is_looked_up(client, payment, day, hour):
    page = look_up(client, date="other", other_date=day, time=hour)
    assert "还差一点信息" in page.content.decode()


@pytest.mark.parametrize(
    ("paid", "day", "hour"),
    [
        (datetime(2026, 11, 23, 0, 3), "2026-11-22", "23:55"),
        (datetime(2026, 11, 22, 23, 58), "2026-11-23", "00:05"),
    ],
)
def test_midnight_lies_within_the_tolerance(client, make_payment, paid, day, hour):
    make_payment(at=paid)
    assert look_up(client, date=day, time=hour).status_code == 302
    assert look_up(client, date=day, time="00:30").status_code == 200


@pytest.mark.parametrize(
    "chain",
    [
        "203.0.113.9",
        "unknown",
        "203.0.113.9, 10.0.0.1",
        ", , ,",
        "203.0.113.9, '; DROP TABLE gate_attempt; --",
        "[2001:db8::7]:443",
        "999.999.999.999",
        "1" * 9000,
        "203.0.113.9\t,\x7f",
    ],
)
@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_a_forged_chain_of_addresses_breaks_nothing(client, payment, settings, chain, proxies):
    settings.TRUSTED_PROXY_COUNT = proxies
    assert client.post("/lookup/", TYPED, headers={"x-forwarded-for": chain}).status_code == 302
    network = Attempt.objects.get().network
    assert network in {"127.0.0.0/24", "203.0.113.0/24", "10.0.0.0/24", "2001:db8::/48"}
    if not proxies:
        assert network == "127.0.0.0/24"


def test_a_form_of_ten_megabytes_is_refused_kindly(client, payment):
    page = look_up(client, merchant_name="长" * (10 << 20))
    assert page.status_code == 400
    assert "找回小票" in page.content.decode()
    body = "&".join(f"field{number}=1" for number in range(5000))
    page = client.post("/lookup/", body, content_type="application/x-www-form-urlencoded")
    assert page.status_code == 400


def test_a_file_where_words_belong_is_no_words(client, payment):
    file = io.BytesIO(b"7712")
    file.name = "tail.txt"
    page = client.post("/lookup/", TYPED | {"card_tail": file})
    assert "请填卡号后四位" in page.content.decode()


def test_of_a_field_sent_twice_the_last_counts(client, payment):
    twice = "card_tail=0001&card_tail=7712&amount=386.50&date=2026-11-23&time=14:05"
    answer = client.post("/lookup/", twice, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 302


def test_a_form_sent_twice_finds_it_twice(client, payment):
    first, second = look_up(client), look_up(client)
    assert first.headers["Location"] == second.headers["Location"] == f"/payment/{payment.pk}/"


def test_two_tabs_are_two_look_ups(client, make_payment, payment):
    other = make_payment(card_tail="8821")
    for _tab in range(2):
        client.get("/")
    assert look_up(client, card_tail="8821").headers["Location"].endswith(f"{other.pk}/")
    assert look_up(client).headers["Location"].endswith(f"{payment.pk}/")
    for each in (other, payment):
        assert client.get(f"/payment/{each.pk}/").status_code == 200


def test_without_the_cookie_nothing_that_was_typed_is_lost(payment):
    """Browsers inside chat apps drop cookies: the form comes again, filled, with a new one."""
    strict = Client(enforce_csrf_checks=True)
    page = strict.post("/lookup/", TYPED)
    html = page.content.decode()
    assert page.status_code == 403
    assert "还没有查" in html
    assert "field-error" not in html
    for name, value in (("card_tail", "7712"), ("amount", "386.50"), ("time", "14:05")):
        assert attribute(html, "input", name, "value") == value
    assert not Attempt.objects.exists()
    token = strict.cookies["csrftoken"].value
    again = strict.post("/lookup/", TYPED | {"csrfmiddlewaretoken": token})
    assert again.headers["Location"] == f"/payment/{payment.pk}/"


def test_a_card_number_is_not_sent_back_there_either():
    number = a_card_number()
    page = Client(enforce_csrf_checks=True).post("/lookup/", TYPED | {"card_tail": number})
    assert number not in page.content.decode()


def test_a_browser_that_keeps_no_cookie_is_told_what_to_do(payment):
    for _ in range(2):
        page = Client(enforce_csrf_checks=True).post("/lookup/", TYPED)
        assert "请允许 Cookie，或换手机自带的浏览器打开" in page.content.decode()


def test_the_answer_of_a_look_up_is_kept_by_no_cache(client, payment):
    page = look_up(client, card_tail="0001")
    assert "no-store" in page.headers["Cache-Control"]
    assert Payment.objects.count() == 1
