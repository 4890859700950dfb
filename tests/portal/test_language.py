"""The other language is one press away, and stays."""

import pytest

from tests.pages import hidden, text

pytestmark = pytest.mark.django_db


def test_the_switch_remembers_for_a_year_and_comes_back(client):
    answer = client.post("/language/", {"language": "en", "next": "/help/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/help/")
    cookie = answer.cookies["language"]
    assert (cookie.value, cookie["max-age"]) == ("en", 365 * 24 * 3600)
    assert "What to do when no slip was printed" in text(client.get("/help/"))
    client.post("/language/", {"language": "zh-hans", "next": "/help/"})
    assert "小票没打出来怎么办" in text(client.get("/help/"))


def test_it_leads_to_no_other_site(client):
    answer = client.post("/language/", {"language": "en", "next": "https://example.org/"})
    assert answer.headers["Location"].startswith("/")


def test_an_unknown_language_is_chinese(client):
    client.cookies["language"] = "xx"
    page = client.get("/")
    assert page.headers["Content-Language"] == "zh-hans"
    assert 'lang="zh-Hans"' in page.content.decode()


def test_each_page_comes_back_to_itself(client):
    html = client.get("/help/?a=1").content.decode()
    assert '<input type="hidden" name="next" value="/help/?a=1">' in html


def test_an_answer_to_a_form_comes_back_to_the_start(client):
    html = client.post("/lookup/", {}).content.decode()
    assert '<input type="hidden" name="next" value="/">' in html
    assert "next" not in hidden(html)


def test_a_switch_from_another_site_is_refused():
    from django.test import Client

    assert (
        Client(enforce_csrf_checks=True).post("/language/", {"language": "en"}).status_code == 403
    )
