"""A refund as steps of its case, in the words of each who reads."""

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from disputes import actions
from disputes.models import Refund
from disputes.refunds import progress, words
from portal import moments
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
    refund.refresh_from_db()
    dates = (refund.approved_at, refund.executed_at, refund.confirmed_at)
    when = [moments.clock(each) for each in dates]
    assert [said for _title, _state, said in told(case, progress.STAFF)] == [
        [when[0]],
        [when[1]],
        ["文件已确认", when[2]],
    ]


def test_a_proposal_that_nobody_promised_is_not_the_customers_to_read(clock, case, shop):
    propose(case, shop.manager)
    assert told(case, progress.CONSUMER) == []
    assert told(case, progress.MERCHANT)[0] == ("支付机构批准", "now", ["等支付机构批准"])


# --- the words of one refund, by who reads ------------------------------------------------------


def test_what_an_answer_said_otherwise_is_for_staff_alone():
    refund = Refund(state="unknown", error="another card")
    assert "另一张卡" in str(words.state(refund, words.STAFF))
    assert "另一张卡" not in str(words.state(refund, words.MERCHANT))
    assert "另一张卡" not in str(words.state(refund, words.CONSUMER))
    refund.error = "HTTP 503"
    assert words.state(refund, words.STAFF) == words.STAFF["unknown"]
    refund.state, refund.error = "executed", "another card"  # found out meanwhile
    assert words.state(refund, words.STAFF) == words.STAFF["executed"]


def test_of_what_ended_by_itself_the_state_says_why_and_nobody_else():
    refund = Refund(state="withdrawn", ended_why=words.CASE_CLOSED)
    assert words.state(refund, words.MERCHANT) == words.ENDED[words.CASE_CLOSED]
    assert words.why(refund) == ""
    refund.ended_why = "客户改了主意"
    assert words.state(refund, words.MERCHANT) == words.MERCHANT["withdrawn"]
    assert words.why(refund) == "客户改了主意"


def test_why_no_gateway_made_it_is_for_staff_alone():
    failed = Refund(state="failed", error="57", amount_minor=12_345, currency="CNY")
    assert "57" in words.not_done(failed)
    for called, why in ((words.STAFF, words.not_done(failed)), (words.MERCHANT, "")):
        (line,) = words.lines([failed], called)
        assert (line.amount, line.why) == ("¥123.45", why)
    failed.error = words.NO_ROOM
    assert words.not_done(failed).startswith("没有送出")
    failed.ended_why = "账户已注销。"  # what somebody wrote comes first
    assert words.lines([failed], words.STAFF)[0].why == "账户已注销。"
    failed.error = ""
    assert words.not_done(failed) == ""
    for state in set(Refund.State) - {Refund.State.FAILED}:
        assert words.not_done(Refund(state=state, error="57")) == ""


def test_the_day_of_arrival_is_said_once_the_money_is_on_its_way():
    day = date(2026, 12, 2)
    for state in Refund.State:
        said = words.arrival(Refund(state=state, due_on=day))
        assert bool(said) == (state in {"executed", "confirmed"}), state
    assert words.arrival(Refund(state="executed", due_on=None)) == ""


def test_a_customer_reads_no_line_of_what_was_not_promised():
    rows = [Refund(state=state, amount_minor=1, currency="CNY") for state in Refund.State]
    read = [each.refund.state for each in words.lines(rows, words.CONSUMER)]
    assert set(read) == set(Refund.State) - {"proposed", "refused", "withdrawn"}
    assert len(words.lines(rows, words.STAFF)) == len(rows)


def test_the_newest_that_may_come_about_is_the_one_that_counts(clock, case, shop, make_actor):
    """Nothing of the network's, nothing that ended; and on its day it is not late yet."""
    propose(case, shop.manager)
    actions.withdraw_proposal(case, actor=shop.manager)
    assert told(case, progress.STAFF) == []
    propose(case, shop.manager, 10_000)
    second = case.refunds.latest("pk")
    actions.note_executed(
        case, actor=make_actor("operations"), refund=second.number, reference="112300012345"
    )
    second.refresh_from_db()
    titles = [(state, said) for _title, state, said in told(case, progress.MERCHANT)]
    assert [state for state, _said in titles] == ["done", "done", "now"]
    assert all(said for _state, said in titles)
    at = datetime.combine(second.due_on, time(23, 59), tzinfo=timezone.get_current_timezone())
    clock.move_to(at)
    assert titles[2][1][0] == told(case, progress.MERCHANT)[2][2][0] == "在路上"
    clock.shift(timedelta(minutes=1))
    assert told(case, progress.MERCHANT)[2][2][0].startswith("应该到了")
