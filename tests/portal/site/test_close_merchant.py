"""A merchant's account is closed: its people, its invitations; and how it is opened again."""

import json
from functools import partial

import pytest
from django.test import Client

from portal.accounts import actions as people
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import Invitation, Membership, Organisation, User
from portal.audit.models import Event
from portal.outbox.models import Entry
from portal.site.people.close_merchant import close_merchant
from portal.site.people.open_merchant import open_merchant
from tests.tools import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(make_actor) -> Actor:
    return make_actor("administrator")


def page_of(shop) -> str:
    return f"/account/people/merchant/{shop.organisation.public_id}/close/"


def open_again(shop, administrator, **values) -> Invitation:
    given = {
        "name": "听雨小馆",
        "merchant_numbers": [shop.merchant.merchant_no],
        "email": "new@example.org",
        "actor": administrator,
    }
    return open_merchant(**(given | values))


def test_its_people_are_out_at_once_and_told(administrator, shop):
    browser = Client()
    browser.force_login(shop.manager.user)
    assert browser.get("/merchant/").status_code == 200
    close_merchant(shop.organisation, reason="contract_ended", actor=administrator)
    assert browser.get("/merchant/").headers["Location"].startswith("/account/login/")
    browser.force_login(User.objects.get(pk=shop.manager.user.pk))
    assert browser.get("/merchant/").status_code == 403
    told = {e.recipient for e in Entry.objects.filter(topic="role")}
    assert told == {shop.manager.user.email, shop.clerk.user.email}
    event = Event.objects.get(type="organisation.closed")
    assert event.subject == f"organisation:{shop.organisation.public_id}"
    assert json.loads(event.text)["reason"] == "contract_ended"
    assert Event.objects.filter(type="membership.ended").count() == 2


def test_an_invitation_that_waits_opens_nothing(administrator, shop):
    waiting = people.invite(
        shop.organisation, role="clerk", email="late@example.org", actor=administrator
    )
    close_merchant(shop.organisation, reason="risk", actor=administrator)
    with pytest.raises(NotAllowed):
        people.accept_invitation(waiting, username="late", name="晚", password="paper lamp river")
    open_again(shop, administrator)
    with pytest.raises(NotAllowed):
        people.accept_invitation(waiting, username="late", name="晚", password="paper lamp river")


def test_a_second_time_changes_nothing(administrator, shop):
    for _ in range(2):
        close_merchant(shop.organisation, reason="risk", actor=administrator)
    assert Event.objects.filter(type="organisation.closed").count() == 1


@pytest.mark.parametrize(
    "role", ["clerk", "manager", "support", "supervisor", "operations", "auditor"]
)
def test_nobody_but_an_administrator(make_actor, shop, role):
    with pytest.raises(NotAllowed):
        close_merchant(shop.organisation, reason="risk", actor=make_actor(role))


def test_the_institution_is_no_merchant(administrator):
    with pytest.raises(NotAllowed):
        close_merchant(administrator.organisation, reason="risk", actor=administrator)


@pytest.mark.parametrize("reason", ["", "lunch"])
def test_it_wants_a_reason(administrator, shop, reason):
    with pytest.raises(Invalid) as refused:
        close_merchant(shop.organisation, reason=reason, actor=administrator)
    assert refused.value.field == "reason"
    assert Organisation.objects.get(pk=shop.organisation.pk).is_active


def test_its_number_opens_it_again_with_what_it_had(administrator, shop, case):
    close_merchant(shop.organisation, reason="other", actor=administrator)
    invitation = open_again(shop, administrator)
    assert invitation.organisation == shop.organisation
    assert Organisation.objects.get(pk=shop.organisation.pk).is_active
    assert Event.objects.filter(type="organisation.reopened").count() == 1
    assert not Membership.objects.active().filter(organisation=shop.organisation).exists()
    member = people.accept_invitation(
        invitation, username="new.boss", name="新店长", password="paper lamp river stone"
    )
    assert type(case).objects.visible_to(Actor.member(member)).filter(pk=case.pk).exists()


def test_an_invitation_written_while_it_was_being_closed_opens_nothing(administrator, shop):
    late = people.invite(
        shop.organisation, role="clerk", email="late@example.org", actor=administrator
    )
    close_merchant(shop.organisation, reason="risk", actor=administrator)
    Invitation.objects.filter(pk=late.pk).update(withdrawn_at=None)  # it was not there to be seen
    invitation = open_again(shop, administrator)
    assert list(Invitation.objects.open().filter(organisation=shop.organisation)) == [invitation]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_open_it_again_at_once_one_does(administrator, shop):
    close_merchant(shop.organisation, reason="other", actor=administrator)

    names = ("一店", "二店")
    came = together(*[partial(open_again, shop, administrator, name=name) for name in names])
    (refused,) = [each for each in came if isinstance(each, Exception)]
    assert isinstance(refused, Invalid)
    assert refused.field == "merchant_numbers"
    assert Event.objects.filter(type="organisation.reopened").count() == 1


def test_numbers_of_two_closed_ones_are_nobodys_to_join(administrator, make_shop):
    one, other = make_shop(), make_shop()
    for shop in (one, other):
        close_merchant(shop.organisation, reason="other", actor=administrator)
    numbers = [one.merchant.merchant_no, other.merchant.merchant_no]
    with pytest.raises(Invalid) as refused:
        open_again(one, administrator, merchant_numbers=numbers)
    assert refused.value.field == "merchant_numbers"


class TestPage:
    def test_the_way_there_what_will_follow_and_done(self, client, sign_in, shop, case):
        sign_in("administrator")
        assert page_of(shop) in client.get("/account/people/").content.decode()
        page = client.get(page_of(shop)).content.decode()
        assert "2 个人退出所有设备" in page
        assert "1 件等商户办的案件转给支付机构" in page
        said = client.post(page_of(shop), {"reason": "contract_ended"}, follow=True)
        assert f"{shop.organisation.name}的账户已停用" in said.content.decode()
        assert client.get(page_of(shop)).status_code == 404

    def test_without_a_reason_it_asks_for_one(self, client, sign_in, shop):
        sign_in("administrator")
        said = client.post(page_of(shop), {"reason": ""})
        assert said.status_code == 422
        assert "请选择停用的原因" in said.content.decode()

    def test_a_manager_is_offered_nothing(self, client, shop):
        client.force_login(shop.manager.user)
        assert page_of(shop) not in client.get("/account/people/").content.decode()
        assert client.get(page_of(shop)).status_code == 403

    def test_the_institution_cannot_be_closed(self, client, sign_in, institution):
        sign_in("administrator")
        path = f"/account/people/merchant/{institution.public_id}/close/"
        assert path not in client.get("/account/people/").content.decode()
        assert client.post(path, {"reason": "risk"}).status_code == 404
