"""Refunded and paid anew: two payments, one of which stays charged."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from disputes import actions, case_links, events
from disputes.guest import conversation
from disputes.refunds import confirming
from receipts.models import Payment
from tests.disputes.deeds import later_payment
from tests.disputes.refunding import propose
from tests.disputes.test_refund_gateway import file_tells
from tests.pages import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def refund(clock, case, shop):
    return propose(case, shop.manager, 20_000)


def settled(payment, status="settled"):
    Payment.objects.filter(pk=payment.pk).update(status=status)
    confirming.payment_changed("news:2", payments=[str(payment.pk)])


@pytest.mark.parametrize("refund_first", [True, False])
def test_the_case_ends_once_both_are_confirmed(client, case, shop, refund, refund_first):
    new = later_payment(case)
    Payment.objects.filter(pk=new.pk).update(status="authorised")
    actions.link_redo(case, actor=shop.manager, payment=new)
    steps = [lambda: file_tells(refund.payment, 20_000), lambda: settled(new)]
    for step in steps if refund_first else reversed(steps):
        case.refresh_from_db()
        assert case.is_open
        step()
    case.refresh_from_db()
    assert (case.status, case.closing_reason) == ("resolved", "redone")
    client.post(f"/link/{case_links.issue(case)}/")
    page = text(client.get(f"/case/{case.number}/"))
    assert "原来那一笔已经退回，只有这一笔扣款。" in page
    assert "重新付的 ¥386.50 有效；原来那一笔退回以后" not in page


def test_linked_when_both_are_confirmed_it_ends_at_once(case, shop, refund):
    file_tells(refund.payment, 20_000)
    actions.link_redo(case, actor=shop.manager, payment=later_payment(case))
    assert case.closing_reason == "redone"


def test_when_they_paid_anew_is_told_to_each_reader_as_it_is_then(clock, case, shop, refund):
    """Kept as a moment: neither 今天 nor the language of whoever linked it stays in the line."""
    new = later_payment(case)
    actions.link_redo(case, actor=shop.manager, payment=new)
    line = case.messages.get(event="redo_linked")
    assert events.line(line).startswith("客户在 今天 ")
    clock.move_to((new.occurred_at + timedelta(days=1)).timestamp())
    assert events.line(line).startswith("客户在 昨天 ")
    with override("en"):
        assert "paid anew yesterday " in events.line(line)
    own = next(said.body for said in conversation.of(case) if "重新付" in said.body)
    assert own.startswith("您在 昨天 "), "to the customer it speaks of them"
    line.body = "昨天 17:42"  # as it was kept before
    assert "昨天 17:42" in events.line(line)


@pytest.mark.parametrize(
    "change",
    [
        {"card_tail": "1111"},
        {"status": "declined"},
        {"occurred_at": "earlier"},
        {"occurred_at": "long after"},
        {"merchant": "another"},
    ],
)
def test_no_other_payment_takes_its_place(case, shop, refund, make_merchant, change):
    new = later_payment(case)
    at = case.payment.occurred_at
    words = {"earlier": at - timedelta(1), "long after": at + timedelta(40)}
    words |= {"another": make_merchant()}
    Payment.objects.filter(pk=new.pk).update(**{k: words.get(v, v) for k, v in change.items()})
    new = Payment.objects.get(pk=new.pk)
    for wrong in (new, case.payment, None):
        with pytest.raises(actions.Invalid) as error:
            actions.link_redo(case, actor=shop.manager, payment=wrong)
        assert error.value.field == "redo"


def test_one_payment_takes_the_place_of_one(case, shop, refund, open_case):
    new = later_payment(case)
    other = open_case(payment=case.payment, contact="other@example.org")
    propose(other, shop.manager, 10_000)
    actions.link_redo(case, actor=shop.manager, payment=new)
    with pytest.raises(actions.Invalid):
        actions.link_redo(other, actor=shop.manager, payment=new)
