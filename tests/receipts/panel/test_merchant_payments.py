"""A merchant's payments: its own, by day, with what has no slip."""

from datetime import datetime, timedelta

import pytest

from receipts.models import Reversal
from receipts.panel import payments as lists
from receipts.slip import pdf

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def shop(make_merchant_organisation, make_merchant):
    return make_merchant("小雨文具店", organisation=make_merchant_organisation())


@pytest.fixture
def at_the_shop(client, shop, sign_in):
    sign_in("clerk", shop.organisation)
    return client


def listed(response):
    return [payment.pk for _day, payments in response.context["days"] for payment in payments]


def test_it_lists_own_payments_by_day_newest_first(at_the_shop, shop, make_payment):
    at = datetime(2026, 11, 23, 14, 5)
    today, earlier = make_payment(shop, at=at), make_payment(shop, at=at - timedelta(hours=3))
    yesterday = make_payment(shop, at=at - timedelta(days=1))
    make_payment()  # of somebody else
    page = at_the_shop.get("/merchant/payments/")
    assert listed(page) == [today.pk, earlier.pk, yesterday.pk]
    assert [len(payments) for _day, payments in page.context["days"]] == [2, 1]


def test_a_payment_just_before_midnight_belongs_to_its_own_day(at_the_shop, shop, make_payment):
    late = make_payment(shop, at=datetime(2026, 11, 22, 23, 59))
    make_payment(shop, at=datetime(2026, 11, 23, 0, 0))
    assert listed(at_the_shop.get("/merchant/payments/?day=2026-11-22")) == [late.pk]


def test_it_shows_what_has_no_slip(at_the_shop, shop, make_payment):
    lost = make_payment(shop, slip_printed="no")
    make_payment(shop, slip_printed="yes")
    make_payment(shop, slip_printed="unknown")
    assert listed(at_the_shop.get("/merchant/payments/?slip=no")) == [lost.pk]


def test_it_finds_by_the_cards_or_the_phones_tail(at_the_shop, shop, make_payment):
    card = make_payment(shop, card_tail="4821")
    phone = make_payment(shop, card_tail="1111", wallet_tail="4821")
    make_payment(shop)
    found = listed(at_the_shop.get("/merchant/payments/?tail=４８２１"))
    assert set(found) == {card.pk, phone.pk}


@pytest.mark.parametrize(
    ("query", "field"), [("tail=48", "tail"), ("tail=abcd", "tail"), ("day=2026-02-31", "day")]
)
def test_what_cannot_be_read_is_an_error_at_its_field(at_the_shop, query, field):
    page = at_the_shop.get(f"/merchant/payments/?{query}")
    assert page.status_code == 200
    assert list(page.context["wanted"].errors) == [field]
    assert "field-wrong" in page.text


@pytest.mark.parametrize("most_shops", [50, 1])
def test_pages_follow_each_other_without_gap_or_repeat(
    at_the_shop, shop, make_merchant, make_payment, monkeypatch, most_shops
):
    """Of two shops and a third that sold nothing, each asked for its newest or all at once."""
    monkeypatch.setattr(lists, "PAGE", 3)
    monkeypatch.setattr(lists, "MOST_SHOPS", most_shops)
    own = {"organisation": shop.organisation}
    second, _third = (make_merchant(name, **own) for name in ("小雨文具二店", "小雨文具三店"))
    made = {make_payment(of).pk for _ in range(4) for of in (shop, second)}  # of the same minute
    seen, after = [], ""
    for _page in range(3):
        page = at_the_shop.get("/merchant/payments/", {"after": after} if after else {})
        seen += listed(page)
        after = page.context["page"].next
    assert after == ""
    assert len(seen) == 8
    assert set(seen) == made


def test_another_merchants_payment_is_not_there(at_the_shop, make_payment):
    other = make_payment()
    for path in ("", "slip.pdf", "slip-58mm.pdf", "slip-a4.pdf"):
        assert at_the_shop.get(f"/merchant/payments/{other.pk}/{path}").status_code == 404
    assert not other.slip_issues.exists()


def test_a_payment_is_shown_with_masked_card_and_what_came_back(at_the_shop, shop, make_payment):
    payment = make_payment(shop, refunded_minor=1200, status="partly_refunded")
    Reversal.objects.create(
        payment=payment,
        kind="refund",
        amount_minor=1200,
        occurred_at=payment.occurred_at,
        identity="r1",
    )
    text = at_the_shop.get(f"/merchant/payments/{payment.pk}/").text
    for words in ("386.50", "**** 7712", "部分退款", "¥12.00", "缺纸", payment.rrn):
        assert words in text, words


def test_the_merchants_copy_comes_as_pdf_and_is_issued_once(at_the_shop, shop, make_payment):
    payment = make_payment(shop)
    for _ in range(2):
        response = at_the_shop.get(f"/merchant/payments/{payment.pk}/slip.pdf")
        assert response.headers["Content-Type"] == "application/pdf"
        assert response.content.startswith(b"%PDF")
    issue = payment.slip_issues.get()
    assert (issue.copy, issue.number) == ("merchant", 1)


@pytest.mark.parametrize(("path", "form"), [("slip-58mm.pdf", "58mm"), ("slip-a4.pdf", "a4")])
def test_the_merchants_copy_comes_in_other_forms_too(at_the_shop, shop, make_payment, path, form):
    payment = make_payment(shop)
    assert (
        f'href="/merchant/payments/{payment.pk}/{path}"'
        in at_the_shop.get(f"/merchant/payments/{payment.pk}/").text
    )
    assert at_the_shop.get(f"/merchant/payments/{payment.pk}/{path}").content.startswith(b"%PDF")
    issue = payment.slip_issues.get()
    assert (issue.form, issue.copy) == (form, "merchant")


def test_a_slip_that_cannot_be_drawn_says_so_and_leads_back(
    at_the_shop, shop, make_payment, monkeypatch
):
    def broken(*args, **kwargs):
        raise OSError("no font")

    monkeypatch.setattr(pdf, "slip_pdf", broken)
    payment = make_payment(shop)
    response = at_the_shop.get(f"/merchant/payments/{payment.pk}/slip.pdf", follow=True)
    assert response.redirect_chain == [(f"/merchant/payments/{payment.pk}/", 302)]
    assert "小票现在开不出来" in response.text


def test_strangers_and_staff_are_kept_out(client, db, sign_in, make_payment):
    payment = make_payment()
    paths = ("", f"{payment.pk}/", f"{payment.pk}/slip.pdf", f"{payment.pk}/slip-a4.pdf")
    for path in paths:
        assert client.get(f"/merchant/payments/{path}").status_code == 302
    sign_in("support")
    for path in paths:
        assert client.get(f"/merchant/payments/{path}").status_code == 403


def test_pages_cost_a_fixed_number_of_queries(
    at_the_shop, shop, make_payment, django_assert_num_queries
):
    payment = make_payment(shop)
    at_the_shop.get("/merchant/payments/")
    for _ in range(4):
        with django_assert_num_queries(5):
            at_the_shop.get("/merchant/payments/")
        make_payment(shop)
    with django_assert_num_queries(8):  # one asks the view budget
        at_the_shop.get(f"/merchant/payments/{payment.pk}/")
