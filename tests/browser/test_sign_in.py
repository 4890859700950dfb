"""From an invitation to the first working page and back in again, in a real browser."""

import re

import pytest

from portal.accounts import actions
from portal.accounts.actor import Actor
from portal.audit.models import Event
from portal.outbox.models import Entry
from tests.browser.conftest import DESKTOP, PHONE, press

pytestmark = [pytest.mark.once, pytest.mark.django_db(transaction=True)]
PASSWORD = "paper lamp river stone"


@pytest.fixture
def link(make_member, institution, live_server) -> str:
    actions.invite(
        institution,
        role="administrator",
        email="zhou@example.org",
        name="周明远",
        actor=Actor.member(make_member("administrator")),
    )
    body = Entry.objects.get(topic="invitation").payload["body"]
    return live_server.url + re.search(r"/link/\S+", body)[0]


def go_on(page) -> None:
    """The one strong button of the page."""
    press(page.locator(".btn-go"))


@pytest.mark.parametrize(
    ("size", "language", "javascript"),
    [(PHONE, "zh-hans", True), (PHONE, "zh-hans", False), (DESKTOP, "en", True)],
    ids=["phone", "phone without JavaScript", "desktop in English"],
)
def test_the_whole_way_in(
    open_browser, live_server, link, totp, fits, console, size, language, javascript
):
    # axe needs JavaScript to look; without it the way itself is what is tried.
    see = fits if javascript else (lambda page: None)
    page = open_browser(**size, javascript=javascript)
    page.context.add_cookies([{"name": "language", "value": language, "url": live_server.url}])

    page.goto(link)
    see(page)
    go_on(page)
    page.fill("[name=username]", "zhou")
    page.fill("[name=password]", "short")
    go_on(page)
    assert page.locator("#id_password_error").is_visible()
    see(page)
    page.fill("[name=password]", PASSWORD)
    go_on(page)

    assert page.url.endswith("/account/2fa/set-up/")
    page.locator("details.fold > summary").click()
    secret = page.locator(".secret").inner_text().replace(" ", "")
    assert page.locator(".qr img").evaluate("e => e.naturalWidth") > 100 if javascript else True
    see(page)
    page.fill("[name=code]", totp(secret))
    go_on(page)

    assert page.locator(".codes li").count() == 10
    recovery = page.locator(".codes li").first.inner_text().replace(" ", "")
    see(page)
    go_on(page)
    assert page.url == f"{live_server.url}/account/people/"
    see(page)

    page.goto(f"{live_server.url}/account/logout/")
    see(page)
    go_on(page)
    page.goto(f"{live_server.url}/account/people/")
    see(page)
    page.fill("[name=login]", "zhou")
    page.fill("[name=password]", "wrong")
    go_on(page)
    see(page)
    page.fill("[name=login]", "zhou")
    page.fill("[name=password]", PASSWORD)
    go_on(page)
    assert "/2fa/authenticate/" in page.url
    see(page)
    page.fill("[name=code]", "1")
    go_on(page)
    assert page.locator("#id_code_error").is_visible()
    page.fill("[name=code]", recovery)
    go_on(page)
    assert page.url == f"{live_server.url}/account/people/", "back to where one wanted to go"

    kinds = list(
        Event.objects.filter(type__contains="sign").order_by("pk").values_list("type", flat=True)
    )
    assert kinds == [
        "signed_in",
        "signed_out",
        "sign_in.refused",
        "sign_in.refused",
        "signed_in",
    ]


def test_the_pages_for_a_forgotten_password(phone, live_server, make_member, fits):
    member = make_member("clerk")
    phone.goto("/account/password/reset/")
    fits(phone)
    phone.fill("[name=email]", member.user.email)
    go_on(phone)
    fits(phone)
    body = Entry.objects.get(topic="password").payload["body"]
    phone.goto(live_server.url + re.search(r"/account/password/reset/key/\S+", body)[0])
    fits(phone)
    phone.fill("[name=password1]", PASSWORD)
    phone.fill("[name=password2]", PASSWORD)
    go_on(phone)
    assert "/account/login/" in phone.url


def test_djangos_admin_keeps_to_our_policy(desktop, live_server, client, sign_in):
    """The fixture fails on any word of the browser's console, a refused script above all."""
    member = sign_in("administrator")
    cookie = client.cookies["sessionid"].value
    desktop.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    for path in (
        "/admin/",
        "/admin/accounts/membership/?q=a",
        f"/admin/accounts/user/{member.user_id}/change/",
        "/admin/audit/event/",
        "/admin/outbox/entry/?state__exact=dead",
    ):
        desktop.goto(path)
        assert desktop.locator("#site-name").is_visible()
    desktop.goto("/admin/accounts/membership/")
    # The filter at the side is a script of Django's: it works, so the policy lets it run.
    desktop.fill("#nav-filter", "终端")
    assert desktop.locator("#nav-sidebar th[scope=row]:visible").count() == 1
