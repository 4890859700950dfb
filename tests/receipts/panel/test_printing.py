"""A shop reprints: on the browser's printer, or with the bytes for a thermal one."""

import re

import pytest

from portal.audit.models import Event
from receipts.models import SlipIssue
from receipts.slip.forms import FORMS
from tests.pages import assert_kept_rules
from tests.receipts.slip.test_escpos import Paper

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def shop(make_merchant_organisation, make_merchant):
    return make_merchant("小雨文具店", organisation=make_merchant_organisation())


@pytest.fixture(params=["clerk", "manager"])
def at_the_shop(client, shop, sign_in, request):
    sign_in(request.param, shop.organisation)
    return client


@pytest.fixture
def payment(shop, make_payment):
    return make_payment(shop)


def address(payment, query="") -> str:
    return f"/merchant/payments/{payment.pk}/print/{query}"


def test_the_page_shows_what_will_be_printed_and_issues_it_once(at_the_shop, payment):
    for _ in range(2):
        page = at_the_shop.get(address(payment))
        assert_kept_rules(page)
        for words in ("小雨文具店", "持卡人存根", "**** 7712", "¥386.50", payment.rrn):
            assert words in page.text, words
    issue = payment.slip_issues.get()
    assert (issue.form, issue.copy, issue.channel, issue.number) == (
        "escpos58",
        "cardholder",
        "panel",
        1,
    )
    assert Event.objects.filter(type="payment.slip_issued").count() == 1


def test_the_bytes_are_the_same_issue(at_the_shop, payment):
    at_the_shop.get(address(payment, "?copy=merchant&paper=80"))
    answer = at_the_shop.get(address(payment, "slip.bin?copy=merchant&paper=80"))
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith('attachment; filename="slip-20261123-1.bin"')
    text = Paper().print(answer.content).text
    assert "商户存根 MERCHANT COPY" in text
    assert max(map(len, text.split("\n"))) <= 48
    assert payment.slip_issues.get().form == "escpos80"


def test_page_and_bytes_say_the_same(at_the_shop, payment):
    page = re.sub(r"<[^>]+>", " ", at_the_shop.get(address(payment)).text.replace("&#x27;", "'"))
    for line in Paper().print(at_the_shop.get(address(payment, "slip.bin")).content).text.split():
        if set(line) - set("-="):
            assert line.replace("￥", "¥") in "".join(page.split()), line


def test_the_paper_is_remembered(at_the_shop, payment):
    assert at_the_shop.get(address(payment)).context["paper"] == "58"
    at_the_shop.get(address(payment, "?paper=80"))
    assert at_the_shop.get(address(payment)).context["paper"] == "80"
    assert at_the_shop.get(address(payment, "?paper=112&copy=x")).context["paper"] == "80"


def test_where_the_terminal_printed_one_it_bears_the_mark(at_the_shop, shop, make_payment):
    payment = make_payment(shop, slip_printed="yes")
    assert "重打印凭证 第 1 次" in at_the_shop.get(address(payment)).text
    assert "重打印凭证" in Paper().print(at_the_shop.get(address(payment, "slip.bin")).content).text


def test_who_printed_and_when_stands_on_the_paper(at_the_shop, payment):
    page = at_the_shop.get(address(payment))
    user = page.wsgi_request.user.get_username()
    assert f"{user} 于 2026-11-23 15:40 打印" in page.text


def test_another_shops_payment_is_not_there(at_the_shop, make_payment):
    other = make_payment()
    for path in ("", "slip.bin"):
        assert at_the_shop.get(address(other, path)).status_code == 404
    assert not other.slip_issues.exists()


def test_strangers_and_staff_are_kept_out(client, payment, sign_in):
    for path in ("", "slip.bin"):
        assert client.get(address(payment, path)).status_code == 302
    sign_in("support")
    for path in ("", "slip.bin"):
        assert client.get(address(payment, path)).status_code == 403


def test_a_slip_that_cannot_be_made_leads_back(at_the_shop, payment, monkeypatch):
    broken = FORMS["escpos58"]

    def fails(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(FORMS, "escpos58", type(broken)(fails, broken.content_type, broken.ending))
    for path in ("", "slip.bin"):
        answer = at_the_shop.get(address(payment, path), follow=True)
        assert answer.redirect_chain == [(f"/merchant/payments/{payment.pk}/", 302)]
        assert "小票现在开不出来" in answer.text
    assert not SlipIssue.objects.exists()
