"""The merchant's first page: what is to be done, the day's figures, another shop of one's own."""

from datetime import datetime

import pytest

from disputes import actions
from portal.accounts.models import Membership
from receipts.models import Reversal

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def home(client, shop):
    client.force_login(shop.manager.user)
    return lambda: client.get("/merchant/")


def test_cases_come_by_time_left_and_paused_ones_last(home, open_case, support, new_key, pass_time):
    paused, first = open_case(), open_case()
    pass_time(hours=1)
    second = open_case()
    actions.ask_consumer(paused, actor=support, body="请补照片。", submission_key=new_key())
    page = home()
    todo = page.context["todo"]
    assert [row.number for row in todo.cases] == [first.number, second.number, paused.number]
    assert page.text.count("btn-go") == 1
    assert "已暂停，等客户" in page.text


def test_what_lies_with_the_institution_is_not_the_shops_to_do(
    home, open_case, make_payment, shop, support
):
    case = open_case(payment=make_payment(shop.merchant, slip_printed="yes"))
    actions.escalate(case, actor=support)
    page = home()
    assert page.context["todo"].number == 0
    assert "现在没有要办的" in page.text


def test_todays_payments_without_slip_are_listed(home, shop, make_payment):
    lost = make_payment(shop.merchant, slip_printed="no")
    make_payment(shop.merchant, slip_printed="yes")
    make_payment(shop.merchant, slip_printed="no", at=datetime(2026, 11, 22, 23, 59))
    make_payment(slip_printed="no")
    page = home()
    assert [payment.pk for payment in page.context["todo"].without_slip] == [lost.pk]
    assert f"/merchant/payments/{lost.pk}/" in page.text


def test_figures_are_of_today_and_of_own_payments_only(home, shop, make_payment, make_merchant):
    paid = make_payment(shop.merchant, amount_minor=1000, slip_printed="yes")
    make_payment(shop.merchant, amount_minor=500, slip_printed="no")
    make_payment(shop.merchant, amount_minor=300, slip_printed="unknown")
    make_payment(shop.merchant, amount_minor=7, status="declined")
    make_payment(amount_minor=9_999)
    for number, payment in enumerate((paid, make_payment(make_merchant()))):
        Reversal.objects.create(
            payment=payment,
            kind="refund",
            amount_minor=200,
            occurred_at=payment.occurred_at,
            identity=f"r{number}",
        )
    figures = home().context["figures"]
    assert (figures.taken, figures.taken_minor) == (3, 1800)
    assert (figures.printed, figures.known) == (1, 2)
    assert (figures.returned, figures.returned_minor) == (1, 200)


def test_the_first_answer_is_the_median_of_answers_to_the_customer(
    home, open_case, shop, say, pass_time, client
):
    first, second, third = open_case(), open_case(), open_case()
    pass_time(hours=1)
    say(first, shop.clerk)
    say(third, shop.clerk, audience="merchant")  # no answer to the customer
    pass_time(hours=2)
    say(second, shop.clerk)
    client.force_login(shop.manager.user)
    figures = home().context["figures"]
    assert (figures.first_answer, figures.answered) == ("2 小时", 2)


def test_without_answers_no_figure_is_made_up(home, case):
    page = home()
    assert page.context["figures"].answered == 0
    assert "还没有答复过案件" in page.text


def test_one_works_for_another_of_ones_shops_by_choice(client, shop, make_shop, make_payment):
    other = make_shop()
    theirs = Membership.objects.create(
        user=shop.manager.user, organisation=other.organisation, role="clerk"
    )
    payment = make_payment(other.merchant)
    client.force_login(shop.manager.user)
    assert client.get(f"/merchant/payments/{payment.pk}/").status_code == 404
    assert other.organisation.name in client.get("/merchant/").text
    client.post("/merchant/organisation/", {"membership": theirs.pk})
    assert client.get(f"/merchant/payments/{payment.pk}/").status_code == 200


@pytest.mark.parametrize("which", ["strangers", "ended", "nonsense"])
def test_nobody_works_for_a_shop_that_is_not_theirs(client, shop, make_shop, make_member, which):
    other = make_member("manager", make_shop().organisation)
    ended = Membership.objects.create(
        user=shop.manager.user, organisation=other.organisation, role="clerk", is_active=False
    )
    chosen = {"strangers": other.pk, "ended": ended.pk, "nonsense": "1 OR 1"}[which]
    client.force_login(shop.manager.user)
    assert client.post("/merchant/organisation/", {"membership": chosen}).status_code == 404
    assert client.get("/merchant/").context["request"].actor.organisation == shop.organisation


def test_it_is_for_merchants(client, sign_in):
    assert client.get("/merchant/").status_code == 302
    sign_in("support")
    assert client.get("/merchant/").status_code == 403


def test_it_costs_a_fixed_number_of_queries(home, open_case, django_assert_num_queries):
    home()
    with django_assert_num_queries(14):
        home()
    for _ in range(3):
        open_case()
    home()  # the bell counts anew after each notice, and then not for a minute
    with django_assert_num_queries(14):
        home()
