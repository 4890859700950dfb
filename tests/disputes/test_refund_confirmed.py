"""What files tell of refunds: which of them it confirms, and which it does not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from disputes import actions
from disputes.models import MoneyBack, Refund
from disputes.refunds import confirming, course
from portal.audit.models import Event
from portal.outbox.models import Entry
from receipts.models import Payment, PaymentHistory, Reversal
from tests.disputes.refunding import ALL, approve, propose
from tests.disputes.test_refund_gateway import file_tells

pytestmark = pytest.mark.django_db
PART = 10_000


@pytest.fixture
def executed(clock, case, shop, make_actor):
    """`executed(amount)`: a refund that operations have made by hand, a minute before now."""
    operations = make_actor("operations")

    def make(amount: int = PART) -> Refund:
        refund = propose(case, shop.manager, amount)
        actions.note_executed(
            case, actor=operations, refund=refund.number, reference="112300012345"
        )
        clock.shift(timedelta(minutes=1))
        refund.refresh_from_db()
        return refund

    return make


def own_row_tells(payment, amount: int, *, applied=True, before=timedelta()) -> None:
    """A file without rows for refunds: the payment's own says how much has gone back by now."""
    row = Payment.objects.get(pk=payment.pk)
    was, row.refunded_minor = row.refunded_minor, row.refunded_minor + amount
    row.status = "refunded" if row.refunded_minor == row.amount_minor else "partly_refunded"
    row.save()
    told = PaymentHistory.objects.create(
        payment=row,
        from_status="settled",
        to_status=row.status,
        applied=applied,
        changes={"status": ["settled", row.status], "refunded_minor": [was, row.refunded_minor]},
    )
    PaymentHistory.objects.filter(pk=told.pk).update(at=timezone.now() - before)
    confirming.payment_changed("news:1", payments=[str(payment.pk)])


def states(case) -> list[str]:
    return [each.state for each in case.refunds.order_by("pk")]


def test_a_payments_own_row_confirms_where_there_is_none_for_the_refund(executed, case):
    refund = executed()
    own_row_tells(refund.payment, PART)
    refund.refresh_from_db()
    assert (refund.state, refund.reversal) == ("confirmed", None)
    assert refund.confirmed_at > refund.executed_at
    assert MoneyBack.objects.get().in_files


def test_each_growth_of_the_row_confirms_one(executed, case):
    refund = executed()
    executed()
    own_row_tells(refund.payment, PART)
    assert states(case) == ["confirmed", "executed"]
    assert confirming.look(case.pk) == 0
    own_row_tells(refund.payment, PART)
    assert states(case) == ["confirmed", "confirmed"]


def test_what_went_back_before_is_no_part_of_the_growth(executed, case):
    own_row_tells(case.payment, 5_000, before=timedelta(hours=1))
    refund = executed()
    own_row_tells(refund.payment, PART)
    assert states(case) == ["confirmed"]


def test_two_growths_heard_of_at_once_confirm_both(executed, case, monkeypatch):
    refund = executed()
    executed()
    monkeypatch.setattr(confirming, "look", lambda _case: 0)
    own_row_tells(refund.payment, PART)
    own_row_tells(refund.payment, PART)
    monkeypatch.undo()
    assert confirming.look(case.pk) == 2


@pytest.mark.parametrize(
    ("growths", "values"),
    [
        ([PART - 1], {}),
        ([PART + 1], {}),
        ([PART - 1, 1], {}),  # as much in all, and no such step
        ([PART], {"applied": False}),  # older news
        ([PART], {"before": timedelta(hours=1)}),  # the shop's own, on its terminal
    ],
)
def test_no_other_growth_of_the_row_confirms_it(executed, case, growths, values):
    refund = executed()
    for growth in growths:
        own_row_tells(refund.payment, growth, **values)
    assert states(case) == ["executed"]


def test_once_a_file_has_rows_for_refunds_the_row_of_ours_is_waited_for(executed, case):
    refund = executed()
    file_tells(refund.payment, 1)
    own_row_tells(refund.payment, PART)
    assert states(case) == ["executed"]


def test_a_void_is_confirmed_by_no_refund_of_any_kind(clock, case, shop, make_actor):
    Payment.objects.filter(pk=case.payment_id).update(status="authorised", batch_no="000318")
    propose(case, shop.manager, None, kind="void")
    refund = approve(case, make_actor("supervisor"))
    own_row_tells(refund.payment, ALL)
    assert states(case) == ["approved"]
    file_tells(refund.payment, ALL, kind="refund")
    assert states(case) == ["approved"]


def test_of_two_rows_that_fit_the_one_with_our_reference_is_ours(executed, case, monkeypatch):
    refund = executed()
    monkeypatch.setattr(confirming, "look", lambda _case: 0)
    file_tells(refund.payment, PART)
    ours = file_tells(refund.payment, PART, rrn="112300012345")
    monkeypatch.undo()
    assert confirming.look(case.pk) == 1
    refund.refresh_from_db()
    assert refund.reversal == ours


def test_without_a_reference_of_ours_the_first_that_came_is_taken(clock, case, shop, monkeypatch):
    """A row without an RRN bears no reference either."""
    refund = propose(case, shop.manager, PART)
    monkeypatch.setattr(confirming, "look", lambda _case: 0)
    first = file_tells(refund.payment, PART, rrn="112300077777")
    clock.shift(timedelta(minutes=1))
    file_tells(refund.payment, PART)
    monkeypatch.undo()
    confirming.look(case.pk)
    refund.refresh_from_db()
    assert refund.reversal == first


def test_made_and_not_written_down_it_was_made_when_the_file_says(clock, case, shop):
    refund = propose(case, shop.manager, PART)
    made = timezone.now() + timedelta(hours=1)
    clock.shift(timedelta(days=1))
    reversal = Reversal.objects.create(
        payment=refund.payment, kind="refund", amount_minor=PART, occurred_at=made, identity="r"
    )
    Payment.objects.filter(pk=refund.payment_id).update(
        refunded_minor=PART, status="partly_refunded"
    )
    confirming.payment_changed("news:1", payments=[str(refund.payment_id)])
    refund.refresh_from_db()
    assert (refund.reversal, refund.executed_at) == (reversal, made)
    assert refund.due_on == course.arrives_on(made)
    case.refresh_from_db()
    assert case.refund_waits == ""


def test_what_was_written_down_stays_when_a_file_confirms_it(executed, case, clock):
    refund = executed()
    was = (refund.executed_at, refund.due_on)
    clock.shift(timedelta(days=3))
    file_tells(refund.payment, PART)
    refund.refresh_from_db()
    assert (refund.executed_at, refund.due_on) == was


def test_both_parties_hear_of_it_once(executed, case):
    refund = executed()
    file_tells(refund.payment, PART)
    confirming.look(case.pk)
    assert Event.objects.filter(type="case.refund_confirmed").count() == 1
    assert case.messages.filter(event="refund_confirmed").count() == 1
    told = Entry.objects.filter(topic="case.refund_confirmed").values_list("recipient", flat=True)
    assert len(told) == len(set(told)) == 2
    assert "guest@example.org" in told


def test_news_of_one_payment_confirm_nothing_of_another(
    executed, case, open_case, shop, make_payment
):
    refund = executed()
    file_tells(make_payment(shop.merchant), 1)
    Reversal.objects.create(
        payment=refund.payment, kind="refund", amount_minor=PART, identity="r",
        occurred_at=timezone.now(),
    )  # fmt: skip
    confirming.payment_changed("news:1", payments=[])
    assert states(case) == ["executed"]
