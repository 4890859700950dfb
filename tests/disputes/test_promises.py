from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from disputes import clocks, moment, promises

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def dates(steps):
    return [at for _label, at in steps]


def test_a_refund_request_names_merchant_and_institution_with_dates(
    clock, institution, make_payment, shop
):
    now = moment.now()
    steps = promises.for_new_case("refund_request", make_payment(shop.merchant), now)
    assert [label for label, _at in steps] == [
        "收到您的申请，给您案件号",
        "商户答复您",
        "商户办完；没办完自动转江岸支付",
        "江岸支付答复您",
    ]
    assert dates(steps) == [
        now,
        now + timedelta(hours=24),
        now + timedelta(hours=72),
        datetime(2026, 12, 12, tzinfo=SHANGHAI) - timedelta(microseconds=1),
    ]


def test_what_is_promised_is_what_the_case_then_gets(clock, answers, open_case, make_payment, shop):
    for kind, reason in (
        ("refund_request", ""), ("no_slip", ""), ("disputed_charge", "not_mine"),
        ("service_complaint", ""), ("disputed_charge", "other"),
    ):  # fmt: skip
        payment = make_payment(shop.merchant)
        promised = dates(promises.for_new_case(kind, payment, moment.now(), reason))
        case = open_case(kind=kind, reason=reason, payment=payment)
        due = [state.due_at for state in clocks.of(case)]
        assert due == promised[1 : 1 + len(due)]
        assert promised == sorted(promised)


def test_without_a_merchant_that_answers_the_institution_is_named_alone(
    clock, make_payment, make_merchant
):
    steps = promises.for_new_case("refund_request", make_payment(make_merchant()))
    assert len(steps) == 2
    assert steps[-1][1] == datetime(2026, 12, 9, tzinfo=SHANGHAI) - timedelta(microseconds=1)


def test_a_request_to_find_a_payment_has_an_answer_by_date(clock):
    assert len(promises.for_new_case("find_payment")) == 2
