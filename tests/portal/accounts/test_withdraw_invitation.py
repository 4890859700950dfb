"""Taking an invitation back."""

import pytest

from portal.accounts import actions
from portal.accounts.actor import Actor
from portal.accounts.errors import NotAllowed
from portal.accounts.models import Invitation
from portal.gate.models import Link

pytestmark = pytest.mark.django_db


@pytest.fixture
def invitation(administrator, institution):
    return actions.invite(institution, role="support", email="a@example.org", actor=administrator)


def test_the_link_works_no_more(client, administrator, invitation, trail):
    actions.withdraw_invitation(invitation, actor=administrator)
    assert not Invitation.objects.open().exists()
    assert Link.objects.get().revoked_at
    assert trail("invitation.withdrawn")["reason"] == "withdrawn"


def test_a_second_time_changes_nothing(administrator, invitation, trail):
    for _ in range(2):
        actions.withdraw_invitation(invitation, actor=administrator)
    trail("invitation.withdrawn")  # there is one


def test_nobody_without_the_right(make_member, invitation):
    for role in ("manager", "support", "auditor"):
        with pytest.raises(NotAllowed):
            actions.withdraw_invitation(invitation, actor=Actor.member(make_member(role)))
    assert Invitation.objects.open().exists()


def test_the_page_does_it(client, sign_in, invitation):
    sign_in("administrator")
    assert "a@example.org" in client.get("/account/people/").content.decode()
    client.post(f"/account/people/invitation/{invitation.public_id}/withdraw/")
    assert not Invitation.objects.open().exists()


def test_the_page_rejects_get(client, sign_in, invitation):
    sign_in("administrator")
    response = client.get(f"/account/people/invitation/{invitation.public_id}/withdraw/")
    assert response.status_code == 405


def test_an_invitation_of_others_does_not_exist_for_a_manager(client, sign_in, invitation):
    sign_in("manager")
    response = client.post(f"/account/people/invitation/{invitation.public_id}/withdraw/")
    assert response.status_code == 404
    assert Invitation.objects.open().exists()
