"""The list of people, and one person's page: who sees whom."""

import pytest

from portal.accounts.models import Membership

pytestmark = pytest.mark.django_db
PAGE = "/account/people/"


def test_an_administrator_sees_everybody_by_organisation(
    client, sign_in, make_member, make_merchant_organisation
):
    sign_in("administrator")
    make_member("support", name="陈静")
    shop = make_merchant_organisation("小雨文具店")
    make_member("clerk", organisation=shop, name="李晓")
    page = client.get(PAGE).content.decode()
    assert (
        page.index("江岸支付") < page.index("陈静") < page.index("小雨文具店") < page.index("李晓")
    )


def test_it_shows_who_has_no_phone_yet(client, sign_in, make_member):
    sign_in("administrator")
    make_member("support", second_factor=False)
    assert client.get(PAGE).content.decode().count("还没绑定动态码") == 1


def test_it_finds_by_name_username_mail_and_organisation(
    client, sign_in, make_member, make_merchant_organisation
):
    sign_in("administrator")
    make_member("support", name="陈静")
    shop = make_merchant_organisation("小雨文具店")
    clerk = make_member("clerk", organisation=shop, name="李晓")
    for wanted in ("李晓", clerk.user.username.upper(), clerk.user.email, "文具"):
        page = client.get(PAGE, {"q": wanted}).content.decode()
        assert "李晓" in page, wanted
        assert "陈静" not in page, wanted
    assert "没有找到" in client.get(PAGE, {"q": "%"}).content.decode()


def test_it_turns_pages(client, sign_in, make_member):
    sign_in("administrator")
    for number in range(51):
        make_member("support", name=f"客服员{number:02}")
    first, second = (client.get(PAGE, {"page": page}).content.decode() for page in (1, 2))
    assert "第 1 页，共 2 页" in first
    assert "客服员50" not in first
    assert "客服员50" in second


def test_many_people_cost_no_more_queries(
    client, sign_in, make_member, django_assert_max_num_queries
):
    sign_in("administrator")
    for _ in range(20):
        make_member("clerk")
    client.get(PAGE)
    with django_assert_max_num_queries(8):
        client.get(PAGE)


def test_a_merchant_whose_last_person_left_can_be_given_somebody_or_closed(
    client, sign_in, make_member, make_merchant_organisation
):
    sign_in("administrator")
    shop = make_merchant_organisation("小雨文具店")
    invite = f"/account/people/invite/{shop.public_id}/"
    close = f"/account/people/merchant/{shop.public_id}/close/"
    for nobody, wanted in ((True, ""), (True, "文具"), (False, "茶楼")):
        page = client.get(PAGE, {"q": wanted}).content.decode()
        assert ("没有人员的商户" in page, invite in page, close in page) == (nobody,) * 3
    clerk = make_member("clerk", organisation=shop)
    assert "没有人员的商户" not in client.get(PAGE).content.decode()
    Membership.objects.filter(pk=clerk.pk).update(is_active=False)
    assert "没有人员的商户" in client.get(PAGE).content.decode()
    type(shop).objects.filter(pk=shop.pk).update(is_active=False)
    assert "没有人员的商户" not in client.get(PAGE).content.decode()


def test_who_has_left_is_not_listed(client, sign_in, make_member):
    sign_in("administrator")
    member = make_member("support", name="陈静")
    Membership.objects.filter(pk=member.pk).update(is_active=False)
    assert "陈静" not in client.get(PAGE).content.decode()


class TestAManager:
    @pytest.fixture
    def manager(self, sign_in):
        return sign_in("manager")

    @pytest.fixture
    def stranger(self, make_member, make_merchant_organisation):
        return make_member("clerk", make_merchant_organisation("别家店"), name="外人")

    def test_sees_the_own_shop_only(self, client, manager, make_member, stranger):
        make_member("clerk", organisation=manager.organisation, name="李晓")
        make_member("support", name="陈静")
        page = client.get(PAGE).content.decode()
        assert "李晓" in page
        assert not any(hidden in page for hidden in ("外人", "别家店", "陈静"))

    def test_finds_nobody_else_by_searching(self, client, manager, stranger):
        for wanted in ("外人", "别家店", stranger.user.email):
            page = client.get(PAGE, {"q": wanted}).content.decode()
            assert "没有找到" in page

    def test_opens_nobody_elses_page(self, client, manager, stranger):
        url = f"{PAGE}{stranger.user.public_id}/"
        assert client.get(url).status_code == 404
        response = client.post(url, {"membership": stranger.pk, "do": "end"})
        assert response.status_code == 404
        stranger.refresh_from_db()
        assert stranger.is_active

    def test_sees_of_somebody_with_two_shops_the_own_one(self, client, manager, stranger):
        Membership.objects.create(
            user=stranger.user, organisation=manager.organisation, role="clerk"
        )
        page = client.get(f"{PAGE}{stranger.user.public_id}/").content.decode()
        assert "外人" in page
        assert "别家店" not in page

    def test_comes_from_the_merchant_panel(self, client, manager):
        assert client.get("/merchant/people/").headers["Location"] == PAGE

    def test_cannot_open_merchants(self, client, manager):
        assert "为商户开通" not in client.get(PAGE).content.decode()
        assert client.get("/account/people/merchant/").status_code == 403


@pytest.mark.parametrize("role", ["clerk", "support", "supervisor", "operations", "auditor"])
def test_nobody_else_sees_it(client, sign_in, make_member, role):
    sign_in(role)
    other = make_member("support")
    for url in (PAGE, f"{PAGE}{other.user.public_id}/"):
        assert client.get(url).status_code == 403


def test_the_anonymous_are_led_to_the_sign_in(client):
    assert client.get(PAGE).headers["Location"] == f"/account/login/?next={PAGE}"


def test_it_has_a_place_in_the_bar_for_those_who_may(client, sign_in):
    sign_in("administrator")
    assert 'href="/account/people/"' in client.get("/account/").content.decode()


def test_it_has_none_for_others(client, sign_in):
    sign_in("support")
    assert 'href="/account/people/"' not in client.get("/account/").content.decode()
