"""Ending somebody's rights."""

import threading

import pytest
from django.db import connection
from django.test import Client

from portal.accounts import actions
from portal.accounts.actor import Actor
from portal.accounts.errors import LastAdministrator, NotAllowed
from portal.accounts.models import Membership
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db


def test_it_ends_is_written_down_and_told(administrator, make_member, trail):
    member = make_member("clerk")
    actions.end_membership(member, actor=administrator)
    member.refresh_from_db()
    assert not member.is_active
    assert member.ended_at
    assert trail("membership.ended")["before"]["role"] == "clerk"
    assert Entry.objects.get(topic="role").recipient == member.user.email


def test_every_session_ends_at_once(administrator, make_member):
    member = make_member("clerk")
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.force_login(member.user)
        assert browser.get("/account/").status_code == 200
    actions.end_membership(member, actor=administrator)
    for browser in browsers:
        assert browser.get("/account/").headers["Location"].startswith("/account/login/")


def test_whoever_signs_in_afterwards_is_told_and_sees_nothing(
    client, administrator, make_member, sign_in
):
    member = make_member("support")
    sign_in(actions.end_membership(member, actor=administrator))
    assert "您目前没有可用的权限" in client.get("/account/home/").content.decode()
    assert client.get("/account/people/").status_code == 403


def test_a_second_time_changes_nothing(administrator, make_member, trail):
    member = make_member("clerk")
    for _ in range(2):
        actions.end_membership(member, actor=administrator)
    trail("membership.ended")  # there is one


def test_a_manager_ends_clerks_of_the_own_shop_only(make_member):
    manager = Actor.member(make_member("manager"))
    own = make_member("clerk", organisation=manager.organisation)
    fellow = make_member("manager", organisation=manager.organisation)
    for member in (fellow, make_member("clerk"), make_member("support")):
        with pytest.raises(NotAllowed):
            actions.end_membership(member, actor=manager)
    actions.end_membership(own, actor=manager)
    assert Membership.objects.filter(is_active=False).get() == own


@pytest.mark.parametrize("role", ["clerk", "support", "supervisor", "operations", "auditor"])
def test_nobody_else_ends_anything(make_member, role):
    actor = Actor.member(make_member(role))
    member = make_member(role, organisation=actor.organisation)
    with pytest.raises(NotAllowed):
        actions.end_membership(member, actor=actor)


def test_nobody_ends_the_own(make_member):
    make_member("administrator")
    member = make_member("administrator")
    with pytest.raises(NotAllowed):
        actions.end_membership(member, actor=Actor.member(member))


def test_an_administrator_who_cannot_sign_in_is_no_other(make_member):
    last, locked = make_member("administrator"), make_member("administrator")
    locked.user.is_active = False
    locked.user.save()
    with pytest.raises(LastAdministrator):
        actions.end_membership(last, actor=Actor.member(locked))


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_send_each_other_away(make_member):
    one, two = make_member("administrator"), make_member("administrator")
    start, refused, errors = threading.Barrier(2), [], []

    def end(whose, by):
        actor = Actor.member(by)
        try:
            start.wait(5)
            actions.end_membership(whose, actor=actor)
        except LastAdministrator as error:
            refused.append(error)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=end, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    assert len(refused) == 1
    assert Membership.objects.filter(role="administrator", is_active=True).count() == 1


class TestPage:
    def test_it_does_it(self, client, sign_in, make_member):
        sign_in("administrator")
        member = make_member("clerk", name="李晓")
        page = f"/account/people/{member.user.public_id}/"
        said = client.post(page, {"membership": member.pk, "do": "end"}, follow=True)
        assert "李晓的权限已结束" in said.content.decode()
        assert "权限已结束" in client.get(page).content.decode()

    def test_it_offers_nothing_for_oneself(self, client, sign_in):
        member = sign_in("administrator")
        page = client.get(f"/account/people/{member.user.public_id}/").content.decode()
        assert "要由另一位管理员来改" in page
        assert 'value="end"' not in page
        assert 'value="role"' not in page
        assert 'value="reset"' not in page

    def test_what_is_posted_all_the_same_is_refused_and_written_down(self, client, sign_in, trail):
        member = sign_in("administrator")
        page = f"/account/people/{member.user.public_id}/"
        response = client.post(page, {"membership": member.pk, "do": "end"})
        assert response.status_code == 403
        assert trail("access.refused")["after"]["path"] == page

    def test_somebody_elses_membership_cannot_be_slipped_in(self, client, sign_in, make_member):
        sign_in("administrator")
        one, other = make_member("support"), make_member("clerk")
        page = f"/account/people/{one.user.public_id}/"
        assert client.post(page, {"membership": other.pk, "do": "end"}).status_code == 404
        assert client.post(page, {"membership": one.pk, "do": "nothing"}).status_code == 404
