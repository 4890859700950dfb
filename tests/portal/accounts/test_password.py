"""Changing the password, and forgetting it."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from portal.outbox.models import Entry
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db
CHANGE, FORGOTTEN = "/account/password/change/", "/account/password/reset/"
NEW = "paper lamp river stone"


class TestChanging:
    def test_it_changes_is_written_down_and_told(self, client, sign_in, trail):
        member = sign_in("support")
        said = client.post(
            CHANGE, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}, follow=True
        )
        assert "密码已更改" in said.content.decode()
        member.user.refresh_from_db()
        assert member.user.check_password(NEW)
        assert trail("password.changed")["actor"] == f"user:{member.user.public_id}"
        assert Entry.objects.get(topic="password").recipient == member.user.email

    def test_other_devices_are_signed_out_this_one_stays(self, client, sign_in):
        member = sign_in("support")
        elsewhere = Client()
        elsewhere.force_login(member.user)
        client.post(CHANGE, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
        assert client.get("/account/").status_code == 200
        assert elsewhere.get("/account/").status_code == 302

    @pytest.mark.parametrize(
        ("old", "one", "two", "says"),
        [
            ("wrong", NEW, NEW, "当前密码不对"),
            (PASSWORD, NEW, NEW + "!", "每次输入的密码必须相同"),
            (PASSWORD, "short", "short", "12"),
        ],
    )
    def test_it_says_what_cannot_stand(self, client, sign_in, old, one, two, says):
        member = sign_in("support")
        said = client.post(CHANGE, {"oldpassword": old, "password1": one, "password2": two})
        assert says in said.content.decode()
        member.user.refresh_from_db()
        assert member.user.check_password(PASSWORD)

    def test_it_is_behind_the_sign_in(self, client):
        assert client.get(CHANGE).headers["Location"].startswith("/account/login/")


class TestForgetting:
    @pytest.fixture
    def member(self, make_member):
        return make_member("clerk")

    @pytest.fixture
    def link(self, client, member):
        client.post(FORGOTTEN, {"email": member.user.email})
        body = Entry.objects.get(topic="password").payload["body"]
        return re.search(r"http://127\.0\.0\.1:8000(/\S+)", body)[1]

    def test_a_link_goes_out_by_the_outbox(self, link, member, trail):
        assert Entry.objects.get(topic="password").recipient == member.user.email
        assert trail("password.reset_asked")["subject"] == f"account:{member.user.public_id}"

    def test_an_unknown_address_gets_nothing_and_the_page_says_the_same(self, client, member):
        known = client.post(FORGOTTEN, {"email": member.user.email}, follow=True)
        unknown = client.post(FORGOTTEN, {"email": "nobody@example.org"}, follow=True)
        assert Entry.objects.count() == 1

        def words(response):
            return re.sub(r'value="\w{64}"', "", response.content.decode())

        assert words(known) == words(unknown)

    def test_it_sets_the_password_and_signs_nobody_in(self, client, link, member):
        page = client.get(link).headers["Location"]
        assert "设置新密码" in client.get(page).content.decode()
        response = client.post(page, {"password1": NEW, "password2": NEW}, follow=True)
        assert response.redirect_chain[-1][0].startswith("/account/login/")
        member.user.refresh_from_db()
        assert member.user.check_password(NEW)
        client.post("/account/login/", {"login": member.user.username, "password": NEW})
        assert client.get("/account/").headers["Location"].startswith("/account/login/")

    def test_it_works_once(self, client, link):
        page = client.get(link).headers["Location"]
        client.post(page, {"password1": NEW, "password2": NEW})
        assert "链接已失效" in Client().get(link).content.decode()

    def test_it_ends_after_an_hour(self, client, clock, member):
        client.post(FORGOTTEN, {"email": member.user.email})
        body = Entry.objects.get(topic="password").payload["body"]
        link = re.search(r"http://127\.0\.0\.1:8000(/\S+)", body)[1]
        clock.shift(timedelta(minutes=61))
        assert "链接已失效" in client.get(link).content.decode()

    def test_asking_again_and_again_is_slowed_down(self, client, member):
        for _ in range(10):
            client.post(FORGOTTEN, {"email": member.user.email})
        assert Entry.objects.filter(topic="password").count() == 3
