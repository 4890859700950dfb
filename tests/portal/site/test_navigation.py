"""The bar of the staff's pages: on a phone five doors at most, the others folded beside them."""

import re

import pytest

from disputes import actions
from portal.accounts.models import Role
from portal.site import navigation

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Role.values)
def test_a_phone_has_five_doors_at_most_and_none_is_lost(rf, make_actor, shop, role):
    request = rf.get("/desk/")
    of_shop = {"clerk": shop.clerk, "manager": shop.manager}
    request.actor = of_shop.get(role) or make_actor(role)
    bar = navigation.bar(request)
    assert len(bar.tabs) + bool(bar.more) <= navigation.TABS
    assert (*bar.tabs, *bar.more) == bar.places
    assert len(bar.more) != 1, "one alone would stand in the place of the word for it"


def test_more_is_where_one_is_when_the_place_is_folded(rf, make_actor):
    request = rf.get("/desk/merchants/")
    request.actor = make_actor("supervisor")
    assert navigation.bar(request).is_in_more


def test_a_merchants_tab_says_how_much_there_is_to_do(
    client, open_case, shop, make_shop, consumer_of
):
    def said(who, path="/merchant/cases/") -> str:
        client.force_login(who.user)
        return re.search(r"<span>(待办[^<]*)</span>", client.get(path).text)[1]

    assert said(shop.manager) == "待办"
    case = open_case()
    for who in (shop.manager, shop.clerk):
        for path in ("/merchant/", "/merchant/cases/", "/merchant/payments/"):
            assert said(who, path) == "待办 1"
    assert client.get("/merchant/").context["todo"].number == 1
    other = make_shop()
    assert said(other.manager) == "待办"
    actions.escalate(case, actor=consumer_of(case))
    assert said(shop.manager) == "待办"  # at once, and not when what was kept is old
