"""A refund as steps of its case, in the words of each who reads."""

from datetime import timedelta

import pytest

from disputes import actions
from disputes.models import Refund
from disputes.refunds import progress
from tests.disputes.refunding import ALL, approve, propose
from tests.disputes.test_refund_gateway import file_tells
from tests.pages import text

pytestmark = pytest.mark.django_db


def told(case, called) -> list[tuple[str, str, list[str]]]:
    steps = progress.of(case, list(case.refunds.order_by("pk")), called)
    return [(str(step.title), step.state, [str(each) for each in step.told]) for step in steps]


def test_every_state_stands_at_a_step_or_is_none():
    ended = {Refund.State.REFUSED, Refund.State.WITHDRAWN}
    assert set(progress.STANDS_AT) == set(Refund.State) - ended
    for called in (progress.CONSUMER, progress.MERCHANT, progress.STAFF):
        assert set(called.waits) == {"", *progress.STANDS_AT}


def test_from_agreed_to_arrived(clock, client, case, shop, support, make_actor, new_key, hold):
    assert told(case, progress.STAFF) == []
    actions.resolve(
        case, actor=support, body="同意退。", closing_reason="refund_agreed",
        root_cause="none_found", submission_key=new_key(), agreed_minor=ALL,
    )  # fmt: skip
    assert told(case, progress.CONSUMER)[0] == ("批准退款", "now", ["正在准备"])
    assert told(case, progress.STAFF)[0] == ("第二个人批准", "now", ["还没有提出"])
    refund = propose(case, shop.manager)
    assert told(case, progress.STAFF)[0] == ("第二个人批准", "now", ["等批准"])
    assert told(case, progress.CONSUMER)[0] == ("批准退款", "now", ["正在审批"])
    approve(case, make_actor("supervisor"))
    assert [state for _title, state, _told in told(case, progress.MERCHANT)] == [
        "done",
        "now",
        "next",
    ]
    actions.note_executed(
        case, actor=make_actor("operations"), refund=refund.number, reference="112300012345"
    )
    arrival = told(case, progress.CONSUMER)[-1]
    assert arrival[:2] == ("钱回到您原来付款的卡或钱包", "now")
    assert arrival[2][0] == "在路上"
    assert arrival[2][1].endswith("前到账")
    hold(case)
    page = text(client.get(f"/case/{case.number}/"))
    assert "同意退您 ¥386.50" in page
    assert page.index("已办结") < page.index("批准退款") < page.index("在路上")
    clock.shift(timedelta(days=20))
    assert told(case, progress.CONSUMER)[-1][2][0].startswith("应该到了")
    file_tells(refund.payment)
    assert {state for _title, state, _told in told(case, progress.STAFF)} == {"done"}


def test_a_proposal_that_nobody_promised_is_not_the_customers_to_read(clock, case, shop):
    propose(case, shop.manager)
    assert told(case, progress.CONSUMER) == []
    assert told(case, progress.MERCHANT)[0] == ("支付机构批准", "now", ["等支付机构批准"])
