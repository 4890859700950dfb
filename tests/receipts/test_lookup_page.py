"""POST /lookup/: a payment's page, one more detail, or what to change."""

import re
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.audit.models import Event
from portal.gate.models import Attempt, Pass
from portal.outbox.models import Entry
from tests.pages import assert_kept_rules, attribute, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

YESTERDAY_EVENING = datetime(2026, 11, 22, 19, 42, 16)
TYPED = {"card_tail": "4821", "date": "2026-11-22", "time": "19:42", "amount": "386.50"}


@pytest.fixture
def paid(make_payment):
    return make_payment(card_tail="4821", at=YESTERDAY_EVENING)


def test_the_three_facts_lead_to_the_payment(client, paid):
    answer = client.post("/lookup/", TYPED)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/payment/{paid.pk}/")
    assert client.get(answer.headers["Location"]).status_code == 200


def test_the_browser_may_see_it_for_half_an_hour(client, paid, pass_time):
    client.post("/lookup/", TYPED)
    pass_time(minutes=29)
    assert client.get(f"/payment/{paid.pk}/").status_code == 200
    pass_time(minutes=2)
    assert client.get(f"/payment/{paid.pk}/").status_code == 404


@pytest.mark.parametrize(
    "typed",
    [
        {"card_tail": "４８２１"},
        {"card_tail": "**** 4821"},
        {"amount": "￥386.5"},
        {"amount": "386.50元"},
        {"time": "1935"},
        {"time": "19：50"},
        {"date": "other", "other_date": "2026-11-22"},
        {"date": "other", "other_date": "2026/11/22"},
    ],
)
def test_it_reads_what_people_type(client, paid, typed):
    assert client.post("/lookup/", TYPED | typed).status_code == 302


def test_an_iso_date_wins_over_the_other_controls(client, paid):
    typed = TYPED | {"date": ["other", "2026-11-22"], "other_date": "2026-11-01"}
    assert client.post("/lookup/", typed).status_code == 302


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("card_tail", "48a1", "这里只填数字"),
        ("card_tail", "482", "还差 1 位"),
        ("card_tail", "٤٨٢١", "这里只填数字"),
        ("date", "2026-02-31", "没有这一天"),
        ("date", "2026-11-24", "这一天还没有到"),
        ("time", "25:00", "没有这个时间"),
        ("amount", "1e3", "请照短信里的样子填金额"),
        ("amount", "0", "金额要大于 0"),
        ("merchant_name", "雨", "商户名称至少写两个字"),
        ("auth_code", "12", "授权码是 6 位数字或字母"),
        ("rrn", "12", "参考号是 12 位"),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_in_the_summary(client, field, value, message):
    page = client.post("/lookup/", TYPED | {field: value})
    html = page.content.decode()
    assert page.status_code == 200
    beside = re.search(rf'id="id_{field}_error"[^>]*>(.*?)</p>', html, re.S)[1]
    assert message in beside
    summary = re.search(r'<div class="summary"[^>]*>(.*?)</div>', html, re.S)
    assert f'href="#id_{field}"' in summary[1]
    assert message in summary[1]
    assert "autofocus" in summary[0]
    assert 'tabindex="-1"' in summary[0]
    assert f'id="id_{field}"' in html
    assert_kept_rules(page)


def test_a_mistake_keeps_everything_that_was_typed(client):
    typed = {"card_tail": "48a1", "date": "2026-11-22", "time": "19:42", "amount": "￥386.5"}
    typed |= {"merchant_name": "小雨"}
    html = client.post("/lookup/", typed).content.decode()
    for name in ("card_tail", "time", "amount", "merchant_name"):
        assert attribute(html, "input", name, "value") == typed[name]
    assert re.search(r'value="2026-11-22"[^>]*checked', html)
    assert "<details" in html
    assert re.search(r"<details[^>]* open", html), "a filled field is not folded away"


def test_a_time_to_come_is_no_outcome(client, paid):
    page = client.post("/lookup/", TYPED | {"date": "2026-11-23", "time": "23:00"})
    assert "这个时间还没有到" in text(page)
    assert "还差一点信息" not in text(page)


def test_markup_in_a_field_stays_text(client):
    page = client.post("/lookup/", TYPED | {"card_tail": '"><b>1'})
    assert "<b>1" not in page.content.decode()


@pytest.mark.parametrize("field", ["card_tail", "amount", "time", "merchant_name", "rrn"])
def test_a_whole_card_number_is_never_sent_back(client, field):
    whole = "62" + "0" * 13 + "1"
    page = client.post("/lookup/", TYPED | {field: whole})
    assert whole not in page.content.decode()
    assert 'role="alert"' in page.content.decode()


@pytest.mark.parametrize("day", ["0001-01-01", "1970-01-01", "2099-01-01", "9999-12-31"])
def test_no_day_is_too_far(client, day):
    assert client.post("/lookup/", TYPED | {"date": day, "time": "00:00"}).status_code == 200


def test_a_whole_card_number_is_not_logged(client, capfd, caplog):
    whole = "62" + "0" * 13 + "1"
    client.post("/lookup/", TYPED | {"card_tail": whole})
    assert whole not in "".join(capfd.readouterr()) + caplog.text


def test_the_form_works_without_any_optional_field(client, paid):
    assert client.post("/lookup/", TYPED).status_code == 302


def test_nothing_typed_asks_for_all_of_it(client):
    page = client.post("/lookup/", {})
    assert "还有 4 处要补" in text(page)


def test_opening_the_address_leads_to_the_form(client):
    answer = client.get("/lookup/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_a_form_of_another_site_is_refused(paid):
    answer = Client(enforce_csrf_checks=True).post("/lookup/", TYPED)
    assert answer.status_code == 403
    assert "Cookie" in text(answer)
    assert not Pass.objects.exists()


def test_it_asks_the_database_seldom(client, paid):
    """Two for the look-up, two for what work is asked, one for the work brought, one to count and
    log it (two on SQLite), two for the browser's right."""
    with CaptureQueriesContext(connection) as asked:
        client.post("/lookup/", TYPED)
    statements = [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]
    assert len(statements) == (8 if connection.vendor == "sqlite" else 6)


def test_limits_are_counted_and_logged(client, paid):
    client.post("/lookup/", TYPED)
    client.post("/lookup/", TYPED | {"amount": "386.51"})
    found, more = Attempt.objects.order_by("pk")
    assert (found.outcome, found.subject) == ("found", str(paid.pk))
    assert (more.outcome, more.subject, more.matched) == ("more", "", False)
    assert more.network == "127.0.0.0/24"


def test_after_ten_misses_of_a_tail_one_more_detail_is_asked(client, paid, settings):
    settings.LOOKUP_LIMITS = settings.LOOKUP_LIMITS | {"unproved": 99}
    for miss in range(10):
        client.post("/lookup/", TYPED | {"amount": f"1{miss}.00"})
    assert "还差一点信息" in text(client.post("/lookup/", TYPED))
    named = client.post("/lookup/", TYPED | {"merchant_name": paid.merchant.name})
    assert named.headers["Location"] == f"/payment/{paid.pk}/"


def test_the_miss_that_is_one_too_many_in_all_begins_attack_mode(
    client, paid, settings, run_outbox
):
    settings.LOOKUP_LIMITS = settings.LOOKUP_LIMITS | {"global": 2}
    for miss in range(4):
        client.post("/lookup/", TYPED | {"card_tail": f"000{miss}"})
    assert "还差一点信息" in text(client.post("/lookup/", TYPED))
    event = Event.objects.get(type="attack_began")
    assert event.subject == "gate:look-up"
    assert Entry.objects.filter(topic="look_up_attack_began").count() == 1


def test_a_name_the_bank_cut_off_tells_two_payments_apart(client, make_merchant, make_payment):
    here = make_payment(
        make_merchant("半山听雨茶餐厅江北店"), card_tail="4821", at=YESTERDAY_EVENING
    )
    make_payment(make_merchant("青石药房"), card_tail="4821", at=YESTERDAY_EVENING)
    assert "还差一点信息" in text(client.post("/lookup/", TYPED))
    answer = client.post("/lookup/", TYPED | {"merchant_name": "财付通-半山听雨"})
    assert answer.headers["Location"] == f"/payment/{here.pk}/"
