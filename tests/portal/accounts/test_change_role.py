"""Giving a person another role."""

import pytest

from portal.accounts import actions
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, LastAdministrator, NotAllowed
from portal.accounts.models import Role
from portal.audit.models import Event
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db


def test_it_changes_is_written_down_and_told(administrator, make_member, trail):
    member = make_member("support")
    actions.change_role(member, role="supervisor", actor=administrator)
    member.refresh_from_db()
    assert member.role == "supervisor"
    told = trail("role.changed")
    assert told["subject"] == f"account:{member.user.public_id}"
    assert (told["before"]["role"], told["after"]["role"]) == ("support", "supervisor")
    letter = Entry.objects.get(topic="role")
    assert letter.recipient == member.user.email
    assert "您在江岸支付的角色现在是主管。" in letter.payload["body"]


def test_the_letter_is_in_the_persons_language(administrator, make_member):
    member = make_member("support")
    member.user.language = "en"
    member.user.save()
    actions.change_role(member, role="auditor", actor=administrator)
    assert "is now Auditor" in Entry.objects.get(kind="mail").payload["body"]


def test_the_new_rights_hold_from_the_next_page_on(client, sign_in, administrator):
    member = sign_in("support")
    assert client.get("/account/people/").status_code == 403
    actions.change_role(member, role="administrator", actor=administrator)
    assert client.get("/account/people/").status_code == 200


def test_the_same_role_again_is_no_change(administrator, make_member):
    actions.change_role(make_member("support"), role="support", actor=administrator)
    assert not Entry.objects.exists()


def test_nobody_changes_the_own_role(make_member):
    member = make_member("administrator")
    make_member("administrator")
    with pytest.raises(NotAllowed):
        actions.change_role(member, role="support", actor=Actor.member(member))


@pytest.mark.parametrize("role", [role for role in Role if role != "administrator"])
def test_nobody_but_an_administrator_changes_roles(make_member, role):
    actor = Actor.member(make_member(role))
    wanted, other = ("clerk", "manager") if actor.is_merchant else ("support", "auditor")
    member = make_member(wanted, organisation=actor.organisation)
    with pytest.raises(NotAllowed):
        actions.change_role(member, role=other, actor=actor)
    member.refresh_from_db()
    assert member.role == wanted


@pytest.mark.parametrize(
    ("has", "wanted"), [("support", "clerk"), ("clerk", "support"), ("clerk", "")]
)
def test_the_role_must_suit_the_organisation(administrator, make_member, has, wanted):
    with pytest.raises(Invalid) as refused:
        actions.change_role(make_member(has), role=wanted, actor=administrator)
    assert refused.value.field == "role"


def test_the_last_administrator_stays_one(make_member):
    """One whose own rights have just ended may not take the last one away."""
    last, gone = make_member("administrator"), make_member("administrator")
    actor = Actor.member(gone)
    gone.is_active = False
    gone.save()
    with pytest.raises(LastAdministrator):
        actions.change_role(last, role="support", actor=actor)


def test_an_ended_membership_gets_no_role(administrator, make_member):
    member = make_member("support")
    actions.end_membership(member, actor=administrator)
    with pytest.raises(NotAllowed):
        actions.change_role(member, role="auditor", actor=administrator)


def test_the_page_does_it(client, sign_in, make_member):
    sign_in("administrator")
    member = make_member("support", name="陈静")
    page = f"/account/people/{member.user.public_id}/"
    assert "更改角色" in client.get(page).content.decode()
    said = client.post(
        page, {"membership": member.pk, "do": "role", "role": "auditor"}, follow=True
    )
    assert "陈静的角色已更改" in said.content.decode()
    member.refresh_from_db()
    assert member.role == "auditor"


def test_the_page_claims_no_change_where_there_is_none(client, sign_in, make_member):
    sign_in("administrator")
    member = make_member("support", name="陈静")
    page = f"/account/people/{member.user.public_id}/"
    said = client.post(
        page, {"membership": member.pk, "do": "role", "role": "support"}, follow=True
    ).text
    assert "陈静的角色就是这个，没有改动" in said
    assert "已发邮件" not in said
    assert not Event.objects.filter(type="role.changed").exists()
