"""/payment/<id>/question/: what is it? What helps at once comes first."""

import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def address(payment) -> str:
    return f"/payment/{payment.pk}/question/"


def test_the_e_receipt_comes_before_a_complaint_about_no_slip(find, client, shop_payment):
    find(shop_payment)
    page = client.get(address(shop_payment)).content.decode()
    assert page.index("slip.pdf") < page.index('value="no_slip"')
    for kind in ("no_slip", "disputed_charge", "refund_request", "service_complaint"):
        assert f'value="{kind}"' in page
    for reason in ("not_mine", "charged_twice", "wrong_amount", "charged_but_declined",
                   "goods_or_service", "refund_not_arrived", "other"):  # fmt: skip
        assert f'value="{reason}"' in page


def test_each_way_says_by_when(find, client, shop_payment):
    find(shop_payment)
    page = client.get(address(shop_payment)).content.decode()
    assert "最迟 今天 16:40" in page  # a slip
    assert "最迟 明天 15:40" in page  # the merchant's answer
    assert "12月8日 周二 24:00" in page  # the institution's


def test_a_payment_without_anything_to_refund_offers_no_refund(find, client, make_payment, shop):
    payment = make_payment(shop.merchant, status="voided")
    find(payment)
    assert "refund_request" not in client.get(address(payment)).content.decode()


def test_a_payment_that_failed_has_no_slip(find, client, make_payment, shop):
    payment = make_payment(shop.merchant, status="declined")
    find(payment)
    page = client.get(address(payment)).content.decode()
    assert "no_slip" not in page
    assert "charged_but_declined" in page


def test_it_is_for_whoever_found_the_payment(client, other_browser, find, shop_payment):
    find(shop_payment)
    response = other_browser.get(address(shop_payment))
    assert response.status_code == 404
    assert shop_payment.merchant.name not in response.content.decode()


def test_half_an_hour_later_one_looks_again(client, find, shop_payment, pass_time):
    find(shop_payment)
    pass_time(minutes=31)
    assert client.get(address(shop_payment)).status_code == 404


def test_it_changes_nothing(client, find, shop_payment):
    from disputes.models import Draft

    find(shop_payment)
    assert client.post(address(shop_payment)).status_code == 405
    assert not Draft.objects.exists()
