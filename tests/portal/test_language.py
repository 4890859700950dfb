"""The other language is one press away, and stays."""

import pytest

from tests.cards import a_card_number
from tests.pages import attribute, hidden, text
from tests.payments import TYPED

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


@pytest.mark.parametrize(
    "sent",
    [
        TYPED | {"amount": "1.23"},  # one more detail
        TYPED | {"amount": "1.23", "detail": "1", "auth_code": "?"},  # the same, with an error
        TYPED | {"time": "25:99"},  # the form again
    ],
)
def test_a_look_up_is_not_typed_twice(client, sent):
    """Its answer cannot be asked for again: the switch takes the facts along to the form."""
    html = client.post("/lookup/", sent).text
    form = html[html.index('action="/language/"') : html.index("</form>")]
    assert '<input type="hidden" name="next" value="/">' in form
    answer = client.post("/language/", {"language": "en", "next": "/"} | hidden(form), follow=True)
    assert answer.redirect_chain == [("/", 307)]
    assert answer.headers["Content-Language"] == "en"
    page = answer.text[answer.text.index('id="lookup"') :]
    for name in ("card_tail", "amount", "time"):
        assert attribute(page, "input", name, "value") == sent[name]


def test_a_whole_card_number_does_not_go_along(client):
    number = a_card_number()
    html = client.post("/lookup/", TYPED | {"card_tail": number}).text
    assert number not in html
    assert number not in client.post("/language/", {"next": "/"} | hidden(html), follow=True).text


@pytest.mark.parametrize("path", ["/account/login/", "/progress/", "/open/"])
def test_an_answer_to_another_form_comes_back_to_its_page(client, path):
    answer = client.post(path, {}, follow=True)
    here = attribute(answer.text, "input", "next", "value")
    assert client.get(here).status_code == 200
    assert here.partition("?")[0] != "/"


def test_words_refused_at_the_desk_lead_back_to_the_case(client, sign_in, case):
    sign_in("support")
    refused = client.post(f"/desk/cases/{case.number}/act/", {"verb": "reply:all", "body": ""})
    assert refused.status_code == 422
    here = attribute(refused.text, "input", "next", "value")
    assert here.startswith(f"/desk/cases/{case.number}/?")
    assert client.get(here).status_code == 200


def test_words_refused_at_the_shop_lead_back_to_the_case(client, case, shop):
    client.force_login(shop.clerk.user)
    refused = client.post(f"/merchant/cases/{case.number}/act/", {"verb": "reply:all", "body": ""})
    assert refused.status_code == 422
    here = attribute(refused.text, "input", "next", "value")
    assert here == f"/merchant/cases/{case.number}/"


def test_a_page_that_was_not_found_on_sending_leads_to_the_start(client):
    html = client.post("/nowhere/", {}).text
    assert attribute(html, "input", "next", "value") == "/"


def test_a_switch_from_another_site_is_refused():
    from django.test import Client

    assert (
        Client(enforce_csrf_checks=True).post("/language/", {"language": "en"}).status_code == 403
    )
