"""Signing in: password, then the code on the phone, then where one wanted to go."""

import json

import pytest
from django.urls import reverse

from portal.accounts.models import User
from portal.audit.models import Event, Opening
from tests.people import PASSWORD

LOGIN, CODE = "/account/login/", "/account/2fa/authenticate/"


def events(type):
    return Event.objects.filter(type=type)


@pytest.fixture
def enter(client):
    """`enter(member)` fills the first page."""

    def do(username, password=PASSWORD, **more):
        name = username if isinstance(username, str) else username.user.username
        return client.post(LOGIN, {"login": name, "password": password, **more})

    return do


def test_the_page_is_in_chinese_and_offers_the_way_home(client, db):
    page = client.get(LOGIN).content.decode()
    assert "商户和工作人员登录" in page
    assert 'href="/"' in page


def test_the_page_speaks_english(client, db):
    client.cookies["language"] = "en"
    assert "Sign in" in client.get(LOGIN).content.decode()


def test_the_password_alone_opens_nothing(client, make_member, enter):
    response = enter(make_member("support"))
    assert response.headers["Location"] == CODE
    assert client.get("/account/home/").headers["Location"].startswith(LOGIN)


def test_password_and_code_sign_in(client, make_member, enter, totp):
    member = make_member("support")
    enter(member)
    response = client.post(CODE, {"code": totp()})
    assert response.headers["Location"] == "/account/home/"
    assert client.get("/account/home/").headers["Location"] == "/desk/"
    event = events("signed_in").get()
    assert event.subject == f"account:{member.user.public_id}"
    assert json.loads(event.text)["after"] == {"methods": ["password", "mfa:totp"]}


def test_it_leads_back_to_where_one_wanted_to_go(client, make_member, enter, totp):
    enter(make_member("administrator"), next="/account/people/?q=1")
    response = client.post(CODE, {"code": totp()})
    assert response.headers["Location"] == "/account/people/?q=1"


def test_it_leads_to_no_other_site(client, make_member, enter, totp):
    enter(make_member("support"), next="https://example.com/")
    assert client.post(CODE, {"code": totp()}).headers["Location"] == "/account/home/"


def test_signing_in_changes_the_session_key(client, make_member, enter, totp):
    client.get(LOGIN)
    enter(make_member("support"))
    before = client.session.session_key
    client.post(CODE, {"code": totp()})
    assert client.session.session_key != before


def test_a_code_works_once(client, make_member, enter, totp):
    member = make_member("support")
    code = totp()
    enter(member)
    client.post(CODE, {"code": code})
    client.post("/account/logout/")
    enter(member)
    assert client.post(CODE, {"code": code}).status_code == 200
    assert events("signed_in").count() == 1


def test_a_wrong_code_is_refused_and_written_down(client, make_member, enter, totp):
    member = make_member("support")
    enter(member)
    wrong = f"{(int(totp()) + 1) % 1_000_000:06}"
    response = client.post(CODE, {"code": wrong})
    assert "动态码不对" in response.content.decode()
    event = events("sign_in.refused").get()
    assert event.subject == f"account:{member.user.public_id}"
    assert json.loads(event.text)["after"] == {"factor": "totp"}


def test_a_recovery_code_replaces_the_phone_once(client, make_member, enter):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    member = make_member("support")
    code = RecoveryCodes.activate(member.user).get_unused_codes()[0]
    enter(member)
    assert client.post(CODE, {"code": code}).status_code == 302
    assert json.loads(events("recovery_code.used").get().text)["after"] == {"left": 9}
    client.post("/account/logout/")
    enter(member)
    assert client.post(CODE, {"code": code}).status_code == 200


def test_a_wrong_password_says_the_same_as_an_unknown_name(make_member, enter):
    member = make_member("support")
    known = enter(member, "not the password").content.decode()
    unknown = enter("nobody", "not the password").content.decode()
    assert "用户名或密码不对" in known
    assert "用户名或密码不对" in unknown


def test_a_failed_sign_in_is_written_down(make_member, enter):
    member = make_member("support")
    enter(member, "not the password")
    event = events("sign_in.refused").get()
    assert event.subject == f"account:{member.user.public_id}"
    assert event.actor == "system:sign-in"


def test_an_unknown_name_is_kept_as_a_hash_only(enter, db):
    enter("my-password-in-the-wrong-field", "x")
    event = events("sign_in.refused").get()
    assert event.subject.startswith("account:unknown-")
    assert "my-password" not in event.text
    assert not Opening.objects.filter(value__contains="my-password").exists()


def test_the_address_of_the_browser_is_erasable(enter, db):
    enter("nobody", "x")
    opening = Opening.objects.get()
    assert (opening.field, opening.value) == ("address", "127.0.0.1")
    assert "127.0.0.1" not in opening.event.text


def test_five_wrong_passwords_close_the_door_for_five_minutes(
    client, make_member, enter, clock, pass_time
):
    member = make_member("support")
    for _ in range(5):
        enter(member, "not the password")
    assert "请等 5 分钟" in enter(member).content.decode()
    pass_time(minutes=5, seconds=1)
    assert enter(member).headers["Location"] == CODE


def test_five_wrong_codes_close_the_door_too(client, make_member, enter, clock, totp):
    enter(make_member("support"))
    for _ in range(5):
        client.post(CODE, {"code": "12345"})
    assert "请等 5 分钟" in client.post(CODE, {"code": totp()}).content.decode()


def test_too_many_tries_from_one_address_get_our_own_page(client, enter, db):
    answers = [enter(f"nobody{number}", "x") for number in range(31)]
    assert [each.status_code for each in answers[:20]] == [200] * 20
    assert answers[-1].status_code == 429
    assert "小票" in answers[-1].content.decode()


def test_a_disabled_account_is_told_so(client, make_member, enter):
    member = make_member("support")
    User.objects.filter(pk=member.user_id).update(is_active=False)
    assert enter(member).headers["Location"] == "/account/inactive/"
    assert "账号已停用" in client.get("/account/inactive/").content.decode()


def test_a_sign_in_that_cannot_be_written_down_does_not_take_place(
    client, make_member, enter, totp, monkeypatch
):
    enter(make_member("support"))

    def broken(*_args, **_values):
        raise RuntimeError("no trail")

    monkeypatch.setattr("portal.audit.record", broken)
    with pytest.raises(RuntimeError):
        client.post(CODE, {"code": totp()})
    assert client.get("/account/home/").headers["Location"].startswith(LOGIN)


def test_signing_out_is_written_down_and_says_so(client, sign_in):
    member = sign_in("support")
    response = client.post("/account/logout/", follow=True)
    assert response.redirect_chain[-1][0] == "/"
    assert events("signed_out").get().actor == f"user:{member.user.public_id}"
    assert client.get("/account/home/").headers["Location"].startswith(LOGIN)


def test_a_get_does_not_sign_out(client, sign_in):
    sign_in("support")
    assert "要退出吗" in client.get("/account/logout/").content.decode()
    assert client.get("/account/home/").headers["Location"] == "/desk/"


@pytest.mark.parametrize(
    "path",
    ["signup/", "email/", "confirm-email/x/", "login/code/", "2fa/totp/deactivate/", "3rdparty/"],
)
def test_what_we_do_not_want_of_allauth_is_closed(client, db, path):
    assert client.get(f"/account/{path}").status_code == 404


def test_the_names_that_pages_link_to_are_there():
    for name in ("account_login", "account_logout", "account_security", "account_home"):
        assert reverse(name).startswith("/account/")
