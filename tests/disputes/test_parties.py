"""Who is who towards a case, and who of a merchant hears of it."""

import pytest

from disputes.models import Case
from disputes.policy import parties
from portal.accounts.actor import Actor
from portal.accounts.models import INSTITUTION_ROLES, MERCHANT_ROLES, Membership

pytestmark = pytest.mark.django_db


def test_a_customer_has_part_in_the_case_that_was_proved_and_in_no_other(case, consumer_of):
    assert parties.role_in(case, consumer_of(case)) == "consumer"
    assert parties.role_in(case, Actor.consumer("case:another")) == ""
    assert parties.role_in(case, Actor.consumer("")) == ""


@pytest.mark.parametrize("role", sorted(MERCHANT_ROLES))
def test_a_shop_has_part_in_its_own(case, shop, make_shop, make_actor, role):
    own, others = (make_actor(role, each.organisation) for each in (shop, make_shop()))
    assert parties.role_in(case, own) == role
    assert parties.role_in(case, others) == ""


def test_no_shop_has_part_in_a_case_that_has_none(shop):
    nobodys = Case(organisation=None)
    assert parties.role_in(nobodys, shop.manager) == ""
    assert parties.role_in(nobodys, Actor("merchant", "key:1", role="manager")) == ""


def test_a_role_counts_only_where_it_is_one(case, shop, institution):
    """Not that of the other side, whatever a row says."""
    assert parties.role_in(case, Actor("merchant", "x", None, shop.organisation, "support")) == ""
    assert parties.role_in(case, Actor("institution", "x", None, institution, "manager")) == ""


@pytest.mark.parametrize("role", sorted(INSTITUTION_ROLES))
def test_the_institution_has_its_role_in_every_case(case, make_actor, role):
    assert parties.role_in(case, make_actor(role)) == role


def test_whoever_only_has_an_account_has_no_part_and_the_machine_has_its_own(case, support):
    assert parties.role_in(case, Actor.person(support.user)) == ""
    assert parties.role_in(case, None) == ""
    assert parties.role_in(case, Actor.system("clocks")) == "system"


@pytest.mark.parametrize("rests", ["organisation", "membership", "user"])
def test_nobody_answers_whose_account_membership_or_shop_rests(shop, rests):
    def told():
        return {each.email for each in parties.to_be_told(shop.organisation)}

    managers = Membership.objects.get(user=shop.manager.user)
    assert told() == {shop.manager.user.email}
    assert parties.active_organisation(shop.merchant) == shop.organisation
    resting = {
        "organisation": managers.organisation,
        "membership": managers,
        "user": managers.user,
    }[rests]
    resting.is_active = False
    resting.save()
    # With the manager gone its clerk hears of it; with the shop, nobody.
    of_shop = rests == "organisation"
    assert told() == (set() if of_shop else {shop.clerk.user.email})
    shop.merchant.refresh_from_db()
    left = None if of_shop else shop.organisation
    assert parties.active_organisation(shop.merchant) == left


def test_where_there_is_no_shop_nobody_is_told(make_merchant):
    assert parties.to_be_told(None) == []
    assert parties.active_organisation(None) is None
    assert parties.active_organisation(make_merchant()) is None


def test_the_institution_has_a_name_also_before_anybody_wrote_it_down(institution):
    assert parties.institution_name() == institution.name
    institution.name = ""
    institution.save()
    assert parties.institution_name(institution) == "支付机构"
