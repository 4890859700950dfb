"""Payments go when the law no longer wants them kept, with all that hangs on them; not earlier."""

import json
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from disputes.models import Case
from portal.audit.models import Event
from portal.erasure import retention, tasks
from receipts.models import Payment, PaymentHistory, SlipIssue
from receipts.slip import counter
from receipts.slip.issue import issue_slip

TEN_YEARS = timedelta(days=3653)


@pytest.fixture
def passed(clock):
    """`passed(span)`: so long after the payments of these tests, the nightly turn ran."""

    def turn(span: timedelta) -> dict[str, int]:
        clock.shift(span)
        return retention.enforce()

    return turn


def number_due() -> int:
    (found,) = [each.number for each in retention.due() if each.kept.name == "transactions"]
    return found


def test_none_goes_before_its_time(payment, passed):
    assert passed(TEN_YEARS - timedelta(days=2))["transactions"] == 0
    assert Payment.objects.filter(pk=payment.pk).exists()


def test_all_of_it_goes_at_its_time(payment, shop, passed, make_payment, clock):
    payment.history.create(to_status="settled")
    payment.reversals.create(kind="refund", amount_minor=1, occurred_at=payment.occurred_at)
    issue = issue_slip(payment, actor=shop.manager)
    counter.show(payment, actor=shop.manager)
    file = issue.file.name
    assert default_storage.exists(file)
    clock.shift(TEN_YEARS - timedelta(days=1))
    late = make_payment(payment.merchant, at=timezone.now())
    assert number_due() == 0
    assert passed(timedelta(days=2))["transactions"] == 1
    assert [each.pk for each in Payment.with_canaries.all()] == [late.pk]
    assert not PaymentHistory.objects.exists()
    assert not SlipIssue.objects.exists()
    connection.check_constraints()
    tasks.remove_files()
    assert not default_storage.exists(file)
    (event,) = Event.objects.filter(type="retention.enforced", subject="retention:transactions")
    assert json.loads(event.text)["after"]["removed"] == 1


def test_one_that_a_case_speaks_of_stays_as_long_as_the_case(open_case, passed, make_payment):
    case = open_case()
    assert passed(TEN_YEARS * 2)["transactions"] == 0
    assert Case.objects.get(pk=case.pk).payment_id is not None
