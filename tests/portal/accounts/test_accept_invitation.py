"""Behind an invitation's link: an account of one's own, then the second factor, then the work."""

import re

import pytest
from django.test import Client

from portal.accounts import actions
from portal.accounts.models import Invitation, Membership, User
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db
GOOD = {"username": "lin.xin", "name": "林新", "password": "paper lamp river stone"}


@pytest.fixture
def invitation(administrator, institution) -> Invitation:
    return actions.invite(
        institution, role="support", email="lin@example.org", name="林新", actor=administrator
    )


@pytest.fixture
def page(invitation, open_link) -> str:
    """The page behind the link, in this browser."""
    body = Entry.objects.get(topic="invitation").payload["body"]
    return open_link(re.search(r"/link/([\w-]+)/", body)[1])


def test_it_says_who_invites_as_what(client, page):
    said = client.get(page).content.decode()
    assert "江岸支付请您加入，角色是客服" in said
    assert 'value="林新"' in said


def test_it_opens_the_account_and_leads_to_the_second_factor(client, page, invitation, trail):
    response = client.post(page, GOOD)
    assert response.headers["Location"] == "/account/2fa/set-up/"
    member = Membership.objects.get(user__username="lin.xin")
    assert (member.role, member.organisation) == ("support", invitation.organisation)
    assert member.user.email == "lin@example.org"
    assert member.user.check_password(GOOD["password"])
    assert trail("account.opened")["after"]["role"] == "support"
    assert sorted(trail("account.opened")["personal"]) == ["email", "name", "username"]
    assert trail("invitation.accepted")["actor"] == f"user:{member.user.public_id}"
    assert trail("signed_in")["after"]["methods"] == ["invitation"]
    assert client.get("/desk/").headers["Location"].startswith("/account/2fa/set-up/")


def test_it_works_once(client, page):
    client.post(page, GOOD)
    client.logout()
    response = client.post(page, GOOD | {"username": "other"})
    assert response.status_code == 404
    assert "邀请打不开了" in response.content.decode()
    assert User.objects.filter(username="other").count() == 0


def test_another_browser_without_the_link_sees_nothing(page):
    response = Client().get(page)
    assert response.status_code == 404
    assert "江岸支付请您加入" not in response.content.decode()


def test_a_withdrawn_one_opens_no_more(client, page, invitation, administrator):
    actions.withdraw_invitation(invitation, actor=administrator)
    assert client.get(page).status_code == 404
    assert client.post(page, GOOD).status_code == 404
    assert not User.objects.filter(username="lin.xin").exists()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("username", "", "请选一个用户名"),
        ("username", "a b!", "用户名"),
        ("username", "Administrator1", "已经有人用了"),
        ("name", "", "请填您的姓名"),
        ("name", "   ", "请填您的姓名"),
        ("password", "", "请设一个密码"),
        ("password", "short", "12"),
        ("password", "123456789012345", "数字"),
        ("password", "password1234", "常见"),
        ("password", "lin.xin12345", "相似"),
    ],
)
def test_it_says_what_cannot_stand(client, page, field, value, says):
    response = client.post(page, GOOD | {field: value})
    said = response.content.decode()
    assert says in said
    assert f'id="id_{field}_error"' in said
    assert not User.objects.filter(email="lin@example.org").exists()


def test_it_never_shows_the_password_again(client, page):
    said = client.post(page, GOOD | {"username": ""}).content.decode()
    assert GOOD["password"] not in said


def test_full_width_letters_are_the_same_name(client, page):
    client.post(page, GOOD | {"username": "ｌｉｎ．ｘｉｎ"})
    assert User.objects.get(email="lin@example.org").username == "lin.xin"
