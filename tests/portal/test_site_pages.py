"""Pages that say the same to everybody: help, rights, personal data."""

import re

import pytest

from disputes.models import PolicyVersion
from disputes.policy import limits
from tests.pages import CHINESE, assert_kept_rules, hidden, text

pytestmark = pytest.mark.django_db
PAGES = ["/help/", "/rights/", "/privacy/"]


@pytest.mark.parametrize("address", PAGES)
def test_they_keep_the_rules_of_pages_in_both_languages(client, institution, address):
    assert_kept_rules(client.get(address))
    client.cookies["language"] = "en"
    page = client.get(address)
    assert_kept_rules(page)
    # What stands on a printed slip is quoted as it is printed.
    assert set(CHINESE.findall(text(page))) <= {"中文", "重打印凭证"}


@pytest.mark.parametrize("address", PAGES)
def test_search_engines_may_list_them(client, address):
    assert "X-Robots-Tag" not in client.get(address).headers


@pytest.mark.parametrize("address", PAGES)
def test_they_reject_post(client, address):
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("address", PAGES)
def test_every_link_of_theirs_leads_somewhere(client, institution, address):
    for link in set(re.findall(r'<a [^>]*href="(/[^"]*)"', client.get(address).content.decode())):
        assert client.get(link).status_code == 200, link


@pytest.mark.parametrize("address", PAGES)
def test_they_ask_the_database_seldom(client, address, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        client.get(address)


def test_every_page_leads_to_rights_and_personal_data(client):
    for address in ["/", *PAGES, "/nowhere/"]:
        html = client.get(address).content.decode()
        assert 'href="/rights/"' in html
        assert 'href="/privacy/"' in html


def test_help_names_every_cause_in_plain_words(client):
    words = text(client.get("/help/"))
    for cause in ("打印机", "打印设置", "网络", "软件", "操作"):
        assert cause in words


def test_help_says_when_payments_arrive_and_asks_a_person_by_a_date(client, clock, settings):
    settings.PAYMENTS_ARRIVE_AT = "09:30"
    page = client.get("/help/")
    assert "明天 09:30 后能查到" in text(page)
    assert "最迟 12月8日 周二 24:00" in text(page)
    assert hidden(page.content.decode()) == {"kind": "find_payment"}


def test_rights_name_the_routes_upward_in_order(client, institution):
    words = text(client.get("/rights/"))
    routes = ["1 小时内", "24 小时内先答复", "72 小时内办完", "支付机构：江岸支付", "15 天内答复您"]
    routes += ["12363", "调解、仲裁、法院", "12315", "jubao.pcac.org.cn"]
    places = [words.index(route) for route in routes]
    assert places == sorted(places)


def test_rights_tell_the_limits_of_the_policy_in_force(client):
    new = limits.DEFAULTS | {limits.FIRST_REPLY: {"amount": 2, "unit": "calendar_days"}}
    PolicyVersion.objects.create(number=PolicyVersion.objects.count() + 1, limits=new)
    assert "商户应在 2 天内先答复" in text(client.get("/rights/"))


def test_personal_data_says_what_is_kept_and_how_long(client):
    words = text(client.get("/privacy/"))
    for fact in ("交易和小票 10 年", "您提出的事 办完后 5 年", "完整卡号", "180 天"):
        assert fact in words


def test_the_cookies_named_there_last_as_long_as_it_says(settings):
    from portal.gate import passes

    assert passes.COOKIE_AGE.days == 180
    assert settings.SESSION_COOKIE_AGE == 8 * 3600
    assert settings.LANGUAGE_COOKIE_AGE == settings.CSRF_COOKIE_AGE + 24 * 3600 == 365 * 86400
