"""Two accounts of one human being, as an administrator says."""

import json

import pytest

from portal.accounts import actions
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import User
from portal.audit.models import Event

pytestmark = pytest.mark.django_db


def persons(*members) -> list[str]:
    return [User.objects.get(pk=each.user.pk).person for each in members]


def test_joined_they_are_one_and_parted_each_their_own(administrator, make_member):
    one, other, third = (make_member("supervisor") for _each in range(3))
    was = persons(one, other, third)
    for again in (other, third):
        actions.join_accounts(one.user, username=again.user.username, actor=administrator)
    assert len(set(persons(one, other, third))) == 1
    last = json.loads(Event.objects.filter(type="person.joined").latest("pk").text)
    assert len(last["after"]["accounts"]) == 2
    with pytest.raises(Invalid):
        actions.join_accounts(one.user, username=other.user.username, actor=administrator)
    actions.part_accounts(third.user, actor=administrator)
    assert persons(one, other, third) == was


@pytest.mark.parametrize("role", ["manager", "support", "supervisor", "operations", "auditor"])
def test_nobody_but_an_administrator(make_member, role):
    member, actor = make_member("support"), Actor.member(make_member(role))
    with pytest.raises(NotAllowed):
        actions.join_accounts(member.user, username=actor.user.username, actor=actor)
    with pytest.raises(NotAllowed):
        actions.part_accounts(member.user, actor=actor)


def test_nobody_parts_the_own_accounts(make_member):
    member, other = make_member("administrator"), make_member("supervisor")
    actor = Actor.member(member)
    actions.join_accounts(member.user, username=other.user.username, actor=actor)
    with pytest.raises(NotAllowed):
        actions.part_accounts(User.objects.get(pk=other.user.pk), actor=actor)


def test_the_page_offers_accounts_of_the_same_name(client, sign_in, make_member):
    sign_in("administrator")
    one, other = make_member("supervisor", name="李晓"), make_member("support", name="李晓")
    page = f"/account/people/{one.user.public_id}/"
    assert f"李晓，{other.user.username}" in client.get(page).content.decode()
    form = {"membership": one.pk, "do": "join"}
    unknown = client.post(page, form | {"username": "nobody"})
    assert unknown.status_code == 422
    assert "没有这个用户名的账号" in unknown.content.decode()
    said = client.post(page, form | {"username": other.user.username}, follow=True)
    assert "是同一个人" in said.content.decode()
    assert "不是同一个人，分开" in client.get(page).content.decode()
