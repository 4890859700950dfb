"""Taking a lost second factor away."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client

from portal.accounts import actions
from portal.accounts.actor import Actor
from portal.accounts.errors import NotAllowed
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db


def test_phone_and_recovery_codes_go_is_written_down_and_told(administrator, make_member, trail):
    member = make_member("clerk")
    RecoveryCodes.activate(member.user)
    actions.reset_second_factor(member, actor=administrator)
    assert not Authenticator.objects.filter(user=member.user).exists()
    assert trail("second_factor.reset")["after"] == {"removed": 2}
    letter = Entry.objects.get(topic="second_factor")
    assert letter.recipient == member.user.email
    assert "/account/login/" in letter.payload["body"]


def test_every_session_ends_and_the_next_leads_to_the_set_up(administrator, make_member):
    member = make_member("clerk")
    browser = Client()
    browser.force_login(member.user)
    assert browser.get("/account/").status_code == 200
    actions.reset_second_factor(member, actor=administrator)
    assert browser.get("/account/").headers["Location"].startswith("/account/login/")
    browser.force_login(member.user)
    assert browser.get("/account/").headers["Location"].startswith("/account/2fa/set-up/")


@pytest.mark.parametrize("role", ["manager", "support", "supervisor", "operations", "auditor"])
def test_nobody_but_an_administrator(make_member, role):
    actor = Actor.member(make_member(role))
    member = make_member(
        "clerk" if actor.is_merchant else "support", organisation=actor.organisation
    )
    with pytest.raises(NotAllowed):
        actions.reset_second_factor(member, actor=actor)
    assert Authenticator.objects.filter(user=member.user).exists()


def test_nobody_resets_the_own(make_member):
    member = make_member("administrator")
    with pytest.raises(NotAllowed):
        actions.reset_second_factor(member, actor=Actor.member(member))


def test_the_page_does_it_and_warns_first(client, sign_in, make_member):
    sign_in("administrator")
    member = make_member("clerk", name="李晓")
    page = f"/account/people/{member.user.public_id}/"
    assert "先当面或打电话确认是本人" in client.get(page).content.decode()
    said = client.post(page, {"membership": member.pk, "do": "reset"}, follow=True)
    assert "李晓的动态码已重置" in said.content.decode()
    assert "还没绑定" in said.content.decode()


def test_a_managers_page_does_not_offer_it(client, sign_in, make_member):
    manager = sign_in("manager")
    clerk = make_member("clerk", organisation=manager.organisation)
    page = f"/account/people/{clerk.user.public_id}/"
    assert "重置动态码" not in client.get(page).content.decode()
    assert client.post(page, {"membership": clerk.pk, "do": "reset"}).status_code == 403
