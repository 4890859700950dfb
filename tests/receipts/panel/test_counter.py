"""The QR at the counter: one payment, five minutes, once; the shop sees when it was taken."""

import pytest
from django.test import Client

from portal.audit.models import Event
from portal.gate.models import Link, Pass
from receipts.models import CounterCode
from receipts.slip import counter, qr
from tests import tools
from tests.pages import assert_kept_rules

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def shop(make_merchant_organisation, make_merchant):
    return make_merchant("小雨文具店", organisation=make_merchant_organisation())


@pytest.fixture
def payment(shop, make_payment):
    return make_payment(shop)


@pytest.fixture(params=["clerk", "manager"])
def at_the_shop(client, shop, sign_in, request):
    sign_in(request.param, shop.organisation)
    return client


@pytest.fixture
def show(at_the_shop, payment):
    """A click on the button: the page with the QR, its address, and where the QR leads."""

    def click():
        answer = at_the_shop.post(f"/merchant/payments/{payment.pk}/counter/", follow=True)
        address = answer.context["standing"].address
        return answer, answer.request["PATH_INFO"], address.removeprefix("http://127.0.0.1:8000")

    return click


def events(payment) -> list[str]:
    subject = f"payment:{payment.pk}"
    kept = Event.objects.filter(subject=subject).order_by("sequence")
    return list(kept.values_list("type", flat=True))


def test_the_page_shows_a_code_that_leads_to_the_link(show, payment):
    answer, _path, address = show()
    assert_kept_rules(answer)
    assert address.startswith("/link/")
    assert qr.square(f"http://127.0.0.1:8000{address}").path in answer.text
    assert '<meta http-equiv="refresh" content="4">' in answer.text
    assert events(payment) == ["payment.counter_code_shown"]


def test_it_can_be_shown_again_though_only_a_hash_is_stored(show, at_the_shop):
    _answer, path, address = show()
    token = address.split("/")[2]
    assert token not in str([*Link.objects.values(), *CounterCode.objects.values()])
    assert len(token) == 43
    assert at_the_shop.get(path).context["standing"].address.endswith(address)


def test_a_preview_of_the_link_takes_nothing(show, at_the_shop):
    _answer, path, address = show()
    for _ in range(3):
        assert Client().get(address).status_code == 200
        assert Client().head(address).status_code == 200
    assert at_the_shop.get(path).context["standing"].state == "waiting"
    assert not Pass.objects.exists()


def test_the_customer_has_the_slip_without_a_look_up(show, at_the_shop, payment):
    _answer, path, address = show()
    customer = Client()
    opened = customer.post(address, follow=True)
    assert opened.redirect_chain == [(f"/payment/{payment.pk}/", 302)]
    assert "386.50" in opened.text
    assert customer.get(f"/payment/{payment.pk}/slip.pdf").content.startswith(b"%PDF")
    seen = at_the_shop.get(path)
    assert seen.context["standing"].state == "taken"
    assert "15:40" in seen.text
    assert "http-equiv" not in seen.text
    assert events(payment)[:2] == ["payment.counter_code_shown", "payment.counter_code_taken"]


def test_it_serves_one_browser(show, payment):
    _answer, _path, address = show()
    assert Client().post(address).status_code == 302
    late = Client()
    assert late.post(address).status_code == 404
    assert late.get(f"/payment/{payment.pk}/").status_code == 404
    assert events(payment).count("payment.counter_code_taken") == 1


def test_it_ends_after_five_minutes_and_a_new_one_is_offered(show, at_the_shop, pass_time):
    _answer, path, address = show()
    pass_time(minutes=5, seconds=1)
    assert Client().post(address).status_code == 404
    seen = at_the_shop.get(path)
    assert seen.context["standing"].state == "ended"
    assert "再出一个二维码" in seen.text
    assert "http-equiv" not in seen.text


def test_a_new_one_ends_the_one_before_and_not_what_was_taken(show, payment):
    _answer, _path, first = show()
    _answer, _path, second = show()
    assert first != second
    assert Client().post(first).status_code == 404
    customer = Client()
    assert customer.post(second).status_code == 302
    show()
    assert customer.get(f"/payment/{payment.pk}/").status_code == 200


def test_a_tampered_link_opens_nothing(show):
    _answer, _path, address = show()
    token = address.split("/")[2]
    other = ("A" if token[0] != "A" else "B") + token[1:]
    assert Client().post(f"/link/{other}/").status_code == 404
    assert not Pass.objects.exists()


def test_the_right_ends_after_half_an_hour(show, payment, pass_time):
    _answer, _path, address = show()
    customer = Client()
    customer.post(address)
    pass_time(minutes=31)
    assert customer.get(f"/payment/{payment.pk}/").status_code == 404


def test_another_shops_payment_has_no_code(at_the_shop, make_payment, support):
    other = make_payment()
    assert at_the_shop.post(f"/merchant/payments/{other.pk}/counter/").status_code == 404
    code = counter.show(other, actor=support)
    assert at_the_shop.get(f"/merchant/payments/{other.pk}/counter/{code.pk}/").status_code == 404


def test_a_code_does_not_show_under_another_payment(show, at_the_shop, make_payment, shop):
    _answer, path, _address = show()
    other = make_payment(shop)
    assert (
        at_the_shop.get(f"/merchant/payments/{other.pk}/counter/{path.split('/')[-2]}/").status_code
        == 404
    )


def test_strangers_and_staff_are_kept_out(client, payment, sign_in):
    path = f"/merchant/payments/{payment.pk}/counter/"
    assert client.post(path).status_code == 302
    sign_in("support")
    assert client.post(path).status_code == 403
    assert not CounterCode.objects.exists()


def test_a_look_at_its_address_shows_none(at_the_shop, payment):
    assert at_the_shop.get(f"/merchant/payments/{payment.pk}/counter/").status_code == 405


@pytest.mark.django_db(transaction=True)
def test_of_two_who_scan_at_once_one_has_it(make_payment, make_actor):
    payment = make_payment()
    code = counter.show(payment, actor=make_actor("support"))
    address = counter.Standing.of(code).address.removeprefix("http://127.0.0.1:8000")
    scans = [lambda: Client().post(address).status_code] * 3
    statuses, failed = tools.at_once(*scans)
    assert failed == []
    assert sorted(statuses) == [302, 404, 404]
    assert Pass.objects.count() == 1
