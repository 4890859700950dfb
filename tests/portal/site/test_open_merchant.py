"""Opening the panel for a merchant: organisation, merchant numbers, first person."""

import json

import pytest

from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import Invitation, Organisation
from portal.audit.models import Event
from portal.outbox.models import Entry
from portal.site.people.open_merchant import open_merchant

pytestmark = pytest.mark.django_db
PAGE = "/account/people/merchant/"


@pytest.fixture
def administrator(make_actor) -> Actor:
    return make_actor("administrator")


def test_it_ties_the_numbers_and_invites_the_manager(administrator, make_merchant):
    shops = [make_merchant("小雨文具店"), make_merchant("小雨文具店二店")]
    invitation = open_merchant(
        name="小雨文具",
        merchant_numbers=[shop.merchant_no for shop in shops],
        email="lin@example.org",
        actor=administrator,
    )
    assert invitation.role == "manager"
    for shop in shops:
        shop.refresh_from_db()
        assert shop.organisation == invitation.organisation
    event = Event.objects.get(type="organisation.opened")
    assert event.subject == f"organisation:{invitation.organisation.public_id}"
    assert json.loads(event.text)["after"]["merchants"] == [shop.merchant_no for shop in shops]
    assert Entry.objects.get(topic="invitation").recipient == "lin@example.org"


@pytest.mark.parametrize(
    "role", ["clerk", "manager", "support", "supervisor", "operations", "auditor"]
)
def test_nobody_but_an_administrator(make_actor, make_merchant, role):
    with pytest.raises(NotAllowed):
        open_merchant(
            name="店",
            merchant_numbers=[make_merchant().merchant_no],
            email="a@example.org",
            actor=make_actor(role),
        )


def test_what_cannot_stand_changes_nothing(
    administrator, make_merchant, make_merchant_organisation
):
    free = make_merchant().merchant_no
    taken = make_merchant(organisation=make_merchant_organisation()).merchant_no
    before = Organisation.objects.count()
    for field, values in [
        ("name", {"name": "  "}),
        ("merchant_numbers", {"merchant_numbers": []}),
        ("merchant_numbers", {"merchant_numbers": [free, "898521058129999"]}),
        ("merchant_numbers", {"merchant_numbers": [free, taken]}),
        ("email", {"email": "nobody"}),
    ]:
        given = {"name": "店", "merchant_numbers": [free], "email": "a@example.org"} | values
        with pytest.raises(Invalid) as refused:
            open_merchant(**given, actor=administrator)
        assert refused.value.field == field
    assert Organisation.objects.count() == before
    assert not Invitation.objects.exists()
    assert not Event.objects.filter(type="organisation.opened").exists()


class TestPage:
    def test_it_takes_several_numbers_however_they_are_parted(self, client, sign_in, make_merchant):
        sign_in("administrator")
        shops = [make_merchant() for _ in range(3)]
        one, two, three = (shop.merchant_no for shop in shops)
        said = client.post(
            PAGE,
            {
                "merchant_numbers": f"{one}，{two}\n {three}",
                "name": "小雨文具",
                "email": "lin@example.org",
                "language": "zh-hans",
            },
            follow=True,
        )
        assert "小雨文具已开通，邀请已发到 lin@example.org" in said.content.decode()
        assert Organisation.objects.get(name="小雨文具").merchants.count() == 3

    def test_it_says_which_number_is_unknown(self, client, sign_in):
        sign_in("administrator")
        said = client.post(
            PAGE,
            {
                "merchant_numbers": "898521058129999",
                "name": "店",
                "email": "a@example.org",
                "language": "en",
            },
        ).content.decode()
        assert "没有这个商户编号：898521058129999" in said
        assert 'id="id_merchant_numbers_error"' in said

    def test_it_comes_filled_in_for_a_merchant(self, client, sign_in, make_merchant):
        sign_in("administrator")
        shop = make_merchant("小雨文具店")
        page = client.get(PAGE, {"merchant": shop.merchant_no}).content.decode()
        assert shop.merchant_no in page
        assert 'value="小雨文具店"' in page

    def test_no_other_role_gets_in(self, client, sign_in):
        sign_in("support")
        assert client.get(PAGE).status_code == 403
