"""/link/<token>/: a button; only pressing it uses the link."""

from datetime import timedelta

import pytest
from django.test import Client

from portal.gate import links, passes
from portal.gate.models import Link, Pass

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture(autouse=True)
def things(monkeypatch):
    """Links of the purpose `thing` lead to the rights page and last an hour in a browser."""
    monkeypatch.setitem(
        links._destinations, "thing", (timedelta(hours=1), lambda subject: f"/rights/#{subject}")
    )


@pytest.fixture
def token() -> str:
    return links.issue("thing", "7", lifetime=timedelta(days=1))


def test_it_shows_one_button_and_uses_nothing_up(client, token):
    for _preview in range(3):
        response = client.get(f"/link/{token}/")
        assert response.status_code == 200
        assert "只给您本人" in response.content.decode()
        client.head(f"/link/{token}/")
    assert not Pass.objects.exists()
    assert Link.objects.get().last_used_at is None
    assert passes.cookie_name() not in client.cookies


def test_the_button_exchanges_it_for_a_pass_of_this_browser(client, token):
    response = client.post(f"/link/{token}/")
    assert response["Location"] == "/rights/#7"
    cookie = client.cookies[passes.cookie_name()]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert token not in cookie.value
    assert Pass.objects.get().subject == "7"


def test_the_token_is_kept_as_a_hash_only(token):
    assert token not in str(list(Link.objects.values()))
    assert len(token) == 43


def test_a_tampered_link_leads_on_and_opens_nothing(client, token):
    for other in (token[:-1], token[:-1] + ("A" if token[-1] != "A" else "B"), token + "x", "x"):
        for ask in (client.get, client.post):
            response = ask(f"/link/{other}/")
            assert response.status_code == 404
            assert "/progress/" in response.content.decode()
    assert not Pass.objects.exists()


def test_an_ended_link_leads_on(client, token, pass_time):
    pass_time(days=1, seconds=1)
    assert client.get(f"/link/{token}/").status_code == 404
    assert client.post(f"/link/{token}/").status_code == 404


def test_a_revoked_link_leads_on(client, token):
    links.revoke("thing", "7")
    assert client.post(f"/link/{token}/").status_code == 404


def test_a_link_for_one_use_serves_one(client):
    token = links.issue("thing", "7", lifetime=timedelta(hours=1), single_use=True)
    assert client.get(f"/link/{token}/").status_code == 200
    assert client.post(f"/link/{token}/").status_code == 302
    assert Client().post(f"/link/{token}/").status_code == 404


def test_it_needs_the_forms_own_token():
    strict = Client(enforce_csrf_checks=True)
    token = links.issue("thing", "7", lifetime=timedelta(hours=1))
    assert strict.post(f"/link/{token}/").status_code == 403
    assert Link.objects.get().last_used_at is None


def test_a_right_that_follows_from_another_ends_with_it(client, rf, token, monkeypatch):
    monkeypatch.setitem(passes._implied, "part", [lambda part: [("thing", part[0])]])
    client.post(f"/link/{token}/")
    request = rf.get("/")
    request.COOKIES[passes.cookie_name()] = client.cookies[passes.cookie_name()].value
    assert passes.holds(request, "part", "7a")
    assert not passes.holds(request, "part", "8a")
    assert not passes.holds(rf.get("/"), "part", "7a")
    links.revoke("thing", "7")
    assert not passes.holds(request, "part", "7a")


PREVIEWS = {
    "a chat app": {"user-agent": "MicroMessenger/8.0 preview", "purpose": "prefetch"},
    "a mail scanner": {"user-agent": "Mozilla/5.0 (compatible; MailScanner)", "accept": "*/*"},
}


@pytest.mark.parametrize("who", PREVIEWS)
@pytest.mark.parametrize("purpose", sorted(links._destinations))
def test_previews_and_scanners_use_up_no_link_of_any_kind(db, who, purpose):
    """Whatever the link is for, and were it good for one use only: looking at it takes nothing."""
    token = links.issue(purpose, "7", lifetime=timedelta(hours=1), single_use=True)
    before = Link.objects.values().get()
    for _ in range(3):
        scanner = Client(headers=PREVIEWS[who])
        assert scanner.get(f"/link/{token}/").status_code == 200
        assert scanner.head(f"/link/{token}/").status_code == 200
        assert passes.cookie_name() not in scanner.cookies
    assert Link.objects.values().get() == before
    assert not Pass.objects.exists()
