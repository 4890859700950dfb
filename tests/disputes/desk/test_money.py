"""The money page: every refund under way stands where somebody waits for it, and no other."""

from datetime import timedelta

import pytest

from disputes import actions, money_back
from disputes.desk import money_rows
from disputes.models import Refund
from portal.audit.models import Event
from tests.disputes.refunding import ALL, approve, propose
from tests.disputes.test_refund_gateway import file_tells
from tests.pages import assert_kept_rules, text

pytestmark = pytest.mark.django_db


def where(actor) -> dict[str, list[int]]:
    return {
        group.name: [row.amount_minor for row in group.rows]
        for group in money_rows.groups(actor)
        if group.rows
    }


def test_a_refund_goes_from_group_to_group(clock, case, shop, make_actor, support, new_key):
    supervisor, operations = make_actor("supervisor"), make_actor("operations")
    actions.resolve(
        case, actor=support, body="同意退。", closing_reason="refund_agreed",
        root_cause="none_found", submission_key=new_key(), agreed_minor=ALL,
    )  # fmt: skip
    assert where(support) == {"agreed": [ALL]}
    refund = propose(case, shop.manager)
    assert where(support) == {"proposed": [ALL]}
    approve(case, supervisor)
    assert where(support) == {"approved": [ALL]}
    actions.note_executed(case, actor=operations, refund=refund.number, reference="112300012345")
    assert where(support) == {"executed": [ALL]}
    clock.shift(timedelta(days=20))
    row = next(g for g in money_rows.groups(support) if g.name == "executed").rows[0]
    assert row.late, "the day of arrival is over and no file told"
    file_tells(refund.payment)
    assert where(support) == {}
    assert [(d.approved, d.executed, d.confirmed) for d in money_rows.days(support)] == [
        (0, 0, ALL),
        (ALL, ALL, 0),
    ]


def test_what_files_tell_and_we_do_not_know_is_a_difference(clock, case, shop, make_actor):
    propose(case, shop.manager, 20_000)
    supervisor = make_actor("supervisor")
    refund = Refund.objects.get()
    file_tells(refund.payment, 19_999)
    assert where(supervisor)["differences"] == [19_999, 1_349]  # and so much too much
    file_tells(refund.payment, 18_651)
    assert where(supervisor)["differences"] == [19_999, 18_651, 20_000]


@pytest.mark.parametrize(
    ("ours", "told", "stand"),
    [
        (ALL, (ALL - 1,), [ALL - 1]),  # not a second time as too much: it is one refund
        (20_000, (25_000,), [25_000]),
        (20_000, (19_999, 18_651), [19_999, 18_651, 1]),  # the larger of each, and a fen too much
    ],
)
def test_a_refund_that_a_file_tells_otherwise_is_one_difference(
    clock, case, shop, make_actor, ours, told, stand
):
    supervisor, operations = make_actor("supervisor"), make_actor("operations")
    refund = propose(case, shop.manager, ours)
    if refund.state == "proposed":
        approve(case, supervisor)
    actions.note_executed(case, actor=operations, refund=refund.number, reference="112300012345")
    for amount in told:
        file_tells(refund.payment, amount)
    assert where(supervisor)["differences"] == stand


def test_what_was_promised_and_not_made_waits_until_it_is_proposed_again(
    clock, case, shop, make_actor, support
):
    supervisor, operations = make_actor("supervisor"), make_actor("operations")
    refund = propose(case, shop.manager)
    approve(case, supervisor)
    actions.note_not_executed(case, actor=operations, refund=refund.number, reason="终端已停用。")
    assert where(support) == {"agreed": [ALL]}
    row = money_rows.groups(support)[0].rows[0]
    assert (row.number, row.late) == (refund.number, True)
    assert row.says == "没有退成，钱没有动；请在案件里重新提出"
    propose(case, shop.manager)
    assert where(support) == {"proposed": [ALL]}


def test_what_went_back_at_the_terminal_waits_for_nobody(clock, case, shop, support, new_key):
    actions.resolve(
        case, actor=support, body="同意退。", closing_reason="refund_agreed",
        root_cause="none_found", submission_key=new_key(), agreed_minor=ALL,
    )  # fmt: skip
    file_tells(case.payment)
    assert where(support) == {}


def test_one_that_was_refunded_twice_is_told(clock, case, shop, make_actor):
    refund = propose(case, shop.manager, 10_000)
    file_tells(refund.payment, 10_000)
    file_tells(refund.payment, 10_000)
    rows = next(g.rows for g in money_rows.groups(make_actor("auditor")) if g.name == "differences")
    assert [row.says for row in rows] == ["文件里又有一笔同样的退款，请核实有没有退两次"]


def test_the_networks_entries_stand_there_too(case, support, db):
    money_back.reserve(case, "chargeback", 100, key="dispute:1")
    assert where(support) == {"network": [100]}


def test_the_page_and_its_file(clock, client, case, shop, sign_in):
    propose(case, shop.manager)
    sign_in("auditor")
    page = client.get("/desk/money/")
    assert_kept_rules(page)
    assert "等批准 等主管 ¥386.50 退货， 2611-0001" in text(page)
    file = b"".join(client.get("/desk/money/export.csv").streaming_content).decode()
    assert "2611-0001,R2611-0001-1,退货,386.50,CNY,等另一个人批准" in file
    of_another_day = client.get("/desk/money/export.csv?day=2026-11-01")
    assert b"".join(of_another_day.streaming_content).decode().count("\n") == 1
    assert Event.objects.filter(type="refunds.exported").count() == 2


@pytest.mark.parametrize("role", ["manager", "clerk", "administrator"])
def test_nobody_else_sees_it(client, sign_in, role):
    sign_in(role)
    for path in ("/desk/money/", "/desk/money/export.csv"):
        assert client.get(path).status_code == 403


def settle(client, row, **values):
    it = row.difference
    form = {"case": row.case, "key": it.key, "why": it.why, "amount_minor": str(it.amount_minor)}
    return client.post("/desk/money/settle/", form | {"settle_why": "收单方更正了。"} | values)


def test_a_difference_is_settled_with_a_reason_and_comes_back_as_another(
    clock, client, case, shop, make_actor, sign_in
):
    """One of the file's rows alone: what is too much then stays."""
    refund = propose(case, shop.manager, 20_000)
    file_tells(refund.payment, 19_999)
    auditor = make_actor("auditor")

    def differences():
        return next(g.rows for g in money_rows.groups(auditor) if g.name == "differences")

    row, over = differences()
    sign_in("support")
    assert settle(client, row).status_code == 403
    sign_in("supervisor")
    refused = settle(client, row, settle_why=" ")
    assert refused.status_code == 422
    assert "请写明查到了什么" in text(refused)
    kept = settle(client, row, amount_minor="1")  # another than it is
    assert kept.status_code == 422
    assert 'value="收单方更正了。"' in kept.content.decode()
    assert settle(client, row).status_code == 302
    assert settle(client, row).status_code == 302  # sent twice
    event = Event.objects.get(subject=case.subject, type="case.difference_settled")
    assert "收单方更正了。" in event.text
    assert [each.amount_minor for each in differences()] == [over.amount_minor]
    page = client.get("/desk/money/")
    assert_kept_rules(page)
    assert "了结过的差异，1 处" in text(page)
    assert settle(client, over).status_code == 302
    assert differences() == []
    file_tells(refund.payment, 18_651)  # so more is too much than was settled
    assert [each.amount_minor for each in differences()] == [18_651, 20_000]
