"""Inviting somebody: the verb, and its page."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from portal.accounts import actions
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import Invitation, Role
from portal.gate.models import Link
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db


def token_in(entry: Entry) -> str:
    return re.search(r"/link/([\w-]+)/", entry.payload["body"])[1]


class TestVerb:
    def test_it_keeps_a_place_and_sends_the_link(self, administrator, institution, trail):
        invitation = actions.invite(
            institution, role="support", email="new@example.org", name="林新", actor=administrator
        )
        entry = Entry.objects.get(topic="invitation")
        assert entry.recipient == "new@example.org"
        assert "林新，您好！" in entry.payload["body"]
        assert "角色是客服" in entry.payload["body"]
        assert "http://127.0.0.1:8000/link/" in entry.payload["body"]
        link = Link.objects.get(purpose="invitation", subject=str(invitation.public_id))
        assert timedelta(days=6) < link.expires_at - timezone.now() <= timedelta(days=7)
        told = trail("invitation.sent")
        assert told["actor"] == administrator.id
        assert told["after"] == {"organisation": str(institution.public_id), "role": "support"}
        assert list(told["personal"]) == ["email"]

    def test_it_writes_in_the_language_that_was_chosen(self, administrator, institution):
        actions.invite(
            institution, role="support", email="a@example.org", language="en", actor=administrator
        )
        assert "invites you to Xiaopiao" in Entry.objects.get().payload["body"]

    def test_the_role_must_suit_the_organisation(
        self, administrator, institution, make_merchant_organisation
    ):
        for organisation, role in [
            (institution, "clerk"),
            (make_merchant_organisation(), "support"),
            (make_merchant_organisation(), "administrator"),
            (institution, "king"),
        ]:
            with pytest.raises(Invalid) as refused:
                actions.invite(organisation, role=role, email="a@example.org", actor=administrator)
            assert refused.value.field == "role"
        assert not Invitation.objects.exists()

    @pytest.mark.parametrize("role", [r for r in Role if r not in ("administrator", "manager")])
    def test_nobody_else_invites(self, make_member, role):
        actor = Actor.member(make_member(role))
        wanted = "clerk" if actor.is_merchant else "support"
        with pytest.raises(NotAllowed):
            actions.invite(actor.organisation, role=wanted, email="a@example.org", actor=actor)

    def test_a_manager_invites_clerks_of_the_own_shop_only(
        self, make_member, make_merchant_organisation
    ):
        manager = Actor.member(make_member("manager"))
        actions.invite(manager.organisation, role="clerk", email="a@example.org", actor=manager)
        with pytest.raises(NotAllowed):
            actions.invite(
                manager.organisation, role="manager", email="a@example.org", actor=manager
            )
        with pytest.raises(NotAllowed):
            actions.invite(
                make_merchant_organisation(), role="clerk", email="a@example.org", actor=manager
            )
        assert Invitation.objects.count() == 1

    @pytest.mark.parametrize(
        "email", ["", "nobody", "a@", "a b@example.org", "a@example.org\nBcc:x"]
    )
    def test_it_wants_an_address(self, administrator, institution, email):
        with pytest.raises(Invalid) as refused:
            actions.invite(institution, role="support", email=email, actor=administrator)
        assert refused.value.field == "email"

    def test_the_same_person_again_closes_the_first_place(self, administrator, institution, client):
        for _ in range(2):
            actions.invite(institution, role="support", email="a@example.org", actor=administrator)
        assert Invitation.objects.open().count() == 1
        first, second = (token_in(entry) for entry in Entry.objects.order_by("pk"))
        assert client.get(f"/link/{first}/").status_code == 404
        assert client.get(f"/link/{second}/").status_code == 200

    def test_nothing_is_kept_when_the_mail_cannot_be_written(
        self, administrator, institution, monkeypatch
    ):
        def broken(*_arguments, **_values):
            raise RuntimeError

        monkeypatch.setattr("portal.outbox.post.mail", broken)
        with pytest.raises(RuntimeError):
            actions.invite(institution, role="support", email="a@example.org", actor=administrator)
        assert not Invitation.objects.exists()
        assert not Link.objects.exists()


class TestPage:
    @pytest.fixture
    def page(self, institution):
        return f"/account/people/invite/{institution.public_id}/"

    def test_it_invites(self, client, sign_in, page):
        sign_in("administrator")
        assert "邀请加入江岸支付" in client.get(page).content.decode()
        response = client.post(
            page, {"email": "a@example.org", "role": "auditor", "language": "en"}, follow=True
        )
        assert "邀请已发到 a@example.org" in response.content.decode()
        assert Invitation.objects.get().role == "auditor"

    def test_it_says_what_is_missing(self, client, sign_in, page):
        sign_in("administrator")
        said = client.post(page, {"email": "nobody", "role": "support", "language": "en"})
        assert "请填完整的邮箱地址" in said.content.decode()
        assert not Invitation.objects.exists()

    def test_it_offers_no_role_of_the_other_kind(self, client, sign_in, page):
        sign_in("administrator")
        said = client.get(page).content.decode()
        assert "客服" in said
        assert "店员" not in said

    def test_another_shop_does_not_exist_for_a_manager(
        self, client, sign_in, make_merchant_organisation
    ):
        sign_in("manager")
        other = make_merchant_organisation("别家店")
        response = client.get(f"/account/people/invite/{other.public_id}/")
        assert response.status_code == 404
        assert "别家店" not in response.content.decode()

    def test_a_manager_cannot_post_another_role(self, client, sign_in):
        member = sign_in("manager")
        response = client.post(
            f"/account/people/invite/{member.organisation.public_id}/",
            {"email": "a@example.org", "role": "manager", "language": "en"},
        )
        assert response.status_code == 200
        assert not Invitation.objects.exists()

    def test_a_clerk_may_not(self, client, sign_in):
        member = sign_in("clerk")
        url = f"/account/people/invite/{member.organisation.public_id}/"
        assert client.get(url).status_code == 403
