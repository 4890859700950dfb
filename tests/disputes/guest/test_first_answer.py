"""What settles a case at once, on the customer's page: the e-receipt, the merchant's offer."""

import uuid

import pytest

from disputes import actions

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def no_slip(open_case):
    return open_case(kind="no_slip")


def test_the_e_receipt_is_offered_first_and_can_end_the_case(client, hold, no_slip):
    hold(no_slip)
    page = client.get(f"/case/{no_slip.number}/").text
    assert f"/payment/{no_slip.payment_id}/slip.pdf" in page
    answer = client.post(f"/case/{no_slip.number}/slip/", follow=True)
    assert "谢谢您，这件事办结了。" in answer.text
    no_slip.refresh_from_db()
    assert (no_slip.status, no_slip.closing_reason) == ("resolved", "slip_issued")
    assert "有结果了：已给到小票" in answer.text


def test_downloading_alone_ends_nothing(client, hold, fetch, no_slip):
    hold(no_slip)
    assert fetch(f"/payment/{no_slip.payment_id}/slip.pdf") == 200
    no_slip.refresh_from_db()
    assert no_slip.is_open


def test_the_sent_page_has_the_slip(client, find, begin, answer, shop_payment):
    find(shop_payment)
    draft = begin(kind="no_slip", payment=shop_payment.pk)
    answer(draft, "words", body="没有打出来。")
    answer(draft, "contact", contact="guest@example.org")
    page = client.post(f"/open/{draft.public_id}/check/", follow=True)
    assert f"/payment/{shop_payment.pk}/slip.pdf" in page.text


def test_an_offer_stands_first_with_both_answers(client, hold, case, shop):
    key = uuid.uuid4()
    actions.offer_refund(
        case, actor=shop.manager, amount_minor=3000, body="退一半。", submission_key=key
    )
    hold(case)
    page = client.get(f"/case/{case.number}/").text
    assert "商户提出退您 ¥30.00" in page
    for way in ("accept", "decline"):
        assert f"/case/{case.number}/offer/{way}/" in page
    shown = client.get(f"/case/{case.number}/offer/accept/").text
    assert 'name="amount_minor" value="3000"' in shown
    stale = client.post(f"/case/{case.number}/offer/accept/", {"amount_minor": "1"}, follow=True)
    assert "商户刚刚换了金额" in stale.text
    done = client.post(f"/case/{case.number}/offer/accept/", {"amount_minor": "3000"}, follow=True)
    assert "您接受退 ¥30.00，这件事办结。" in done.text


@pytest.mark.parametrize(
    ("typed", "told"), [("", "请填退多少"), ("x", "例如 386.50"), ("9999", "最多可以退")]
)
def test_the_merchants_form_says_what_is_wrong_and_keeps_the_rest(
    client, sign_in, make_member, case, shop, typed, told
):
    sign_in(make_member("manager", shop.organisation))
    form = {"verb": "offer_refund", "amount_offer_refund": typed, "body": "退一半。"}
    page = client.post(f"/merchant/cases/{case.number}/act/", form)
    assert page.status_code == 422
    assert told in page.text
    assert "退一半。</textarea>" in page.text
    assert f'value="{typed}"' in page.text


def test_the_merchant_says_that_the_slip_is_printed(client, sign_in, make_member, no_slip, shop):
    sign_in(make_member("clerk", shop.organisation))
    page = client.get(f"/merchant/cases/{no_slip.number}/").text
    assert f"/merchant/payments/{no_slip.payment_id}/print/" in page
    client.post(f"/merchant/cases/{no_slip.number}/act/", {"verb": "reprint"})
    no_slip.refresh_from_db()
    assert no_slip.status == "working"
    assert no_slip.clock_events.filter(clock="slip").latest("pk").what == "stop"
