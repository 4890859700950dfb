"""Refunds on the pages: who sees what, and one obvious next step."""

import re

import pytest
from django.db import connection

from disputes import actions
from disputes.models import Refund
from disputes.refunds import sending
from tests.disputes.refunding import ALL, approve, propose, running
from tests.pages import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def prove(client, totp):
    return lambda: client.post("/account/2fa/reauthenticate/", {"code": totp()})


def act(client, case, of="desk", **form):
    return client.post(f"/{of}/cases/{case.number}/act/", form)


def test_a_shop_proposes_and_a_supervisor_approves(clock, client, case, shop, sign_in, prove):
    client.force_login(shop.manager.user)
    page = text(client.get(f"/merchant/cases/{case.number}/"))
    assert "提出执行退款" in page
    assert "¥200.00 以内您输过动态码就直接执行" in page
    form = {"verb": "propose_refund", "refund_amount": "386.50", "refund_reason": "没有上菜。"}
    assert act(client, case, "merchant", **form).status_code == 302
    page = text(client.get(f"/merchant/cases/{case.number}/"))
    assert "等支付机构批准" in page
    assert "您提出的，要由另一个人批准" in page

    sign_in("supervisor")
    page = client.get(f"/desk/cases/{case.number}/")
    assert "输入动态码，再批准" in text(page)
    step = {"verb": "approve_refund", "amount_minor": ALL, "version": 1}
    assert "请先输入动态码" in text(act(client, case, **step))
    prove()
    page = client.get(f"/desk/cases/{case.number}/")
    assert "批准退 ¥386.50" in text(page)
    assert act(client, case, **step).status_code == 302
    assert Refund.objects.get().state == "approved"

    sign_in("operations")
    form = {"verb": "note_executed", "refund": Refund.objects.get().number, "reference": ""}
    assert "请填收单方给的参考号" in text(act(client, case, **form))
    act(client, case, **form | {"reference": "112300012345"})
    page = text(client.get(f"/desk/cases/{case.number}/"))
    assert "已执行，等对账文件确认，应在 12月2日" in page


@pytest.mark.django_db(transaction=True)
def test_what_moves_money_waits_for_the_disk_also_from_the_page(
    clock, client, case, shop, sign_in, make_actor
):
    """The page's own transaction is around the verb's, and the outer one decides."""
    propose(case, shop.manager)
    approve(case, make_actor("supervisor"))
    sign_in("operations")
    form = {"verb": "note_executed", "refund": Refund.objects.get().number}
    said = []

    def note(execute, sql, params, many, context):
        if sql.startswith(("PRAGMA synchronous", "UPDATE", "SAVEPOINT")):
            said.append((sql.partition(" SET ")[0], connection.in_atomic_block))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        assert act(client, case, **form, reference="112300012345").status_code == 302
    if connection.vendor == "sqlite":
        waits = said.index(("PRAGMA synchronous=FULL", False))
        assert said.index(('UPDATE "disputes_refund"', True)) > waits


@pytest.mark.parametrize("typed", ["", "0", "-1", "386.51", "1.234", "五元"])
def test_an_amount_that_is_none_is_said_at_its_field(client, case, shop, typed):
    client.force_login(shop.manager.user)
    form = {"verb": "propose_refund", "refund_amount": typed, "refund_reason": "没有上菜。"}
    page = act(client, case, "merchant", **form)
    assert (page.status_code, 'id="refund-amount-error"' in page.content.decode()) == (422, True)
    assert "短信" not in text(page), "it is decided here, not copied from a bank's message"
    assert not Refund.objects.exists()


def test_what_the_acquirer_refuses_is_proposed_again_from_the_same_page(
    clock, client, case, shop, make_actor, sign_in, settings
):
    with running(settings) as acquirer:
        acquirer.moods = ["refuses"]
        propose(case, shop.manager, 30_000)
        approve(case, make_actor("supervisor"))
        assert sending.work(Refund.objects.get().pk)
    sign_in("supervisor")
    page = client.get(f"/desk/cases/{case.number}/")
    assert "收单方没有退，返回代码 57" in text(page)
    assert "<details open><summary>提出执行退款" in page.content.decode()
    assert re.search(r'name="refund_amount"[^>]* value="300.00"', page.content.decode())
    client.force_login(shop.manager.user)
    page = text(client.get(f"/merchant/cases/{case.number}/"))
    assert "没有退成，钱没有动" in page
    assert "代码" not in page


@pytest.mark.parametrize("of", ["merchant", "desk"])
def test_what_was_typed_is_there_again_after_the_code(
    clock, client, case, sign_in, prove, shop, of
):
    if of == "merchant":
        client.force_login(shop.manager.user)
    else:
        sign_in("supervisor")
    form = {"verb": "propose_refund", "refund_amount": "66.60", "refund_reason": "少上一道菜。"}
    assert "请先输入动态码" in text(act(client, case, of, **form))
    other = client.get(f"/{of}/cases/2611-9999/")
    assert other.status_code == 404
    prove()
    page = client.get(f"/{of}/cases/{case.number}/").text
    assert re.search(r'name="refund_amount"[^>]* value="66.60"', page)
    assert "少上一道菜。</textarea>" in page
    assert "<details open><summary>提出执行退款" in page
    assert "少上一道菜。" not in client.get(f"/{of}/cases/{case.number}/").text
    assert act(client, case, of, **form).status_code == 302


def test_a_payment_of_today_is_offered_its_void_in_full(
    clock, client, open_case, shop, make_payment, make_actor
):
    paid = make_payment(shop.merchant, status="authorised", settled_on=None, batch_no="000318")
    case = open_case(kind="disputed_charge", reason="wrong_amount", payment=paid)
    client.force_login(shop.manager.user)
    page = client.get(f"/merchant/cases/{case.number}/")
    assert "当天、同一批次可以撤销，只能全额 ¥386.50" in text(page)
    assert re.search(r'name="refund_amount"[^>]* value="386.50"', page.text)
    assert "¥0.00" not in text(page)
    propose(case, shop.manager, None, kind="void")
    approve(case, make_actor("supervisor"))
    operations = make_actor("operations")
    actions.note_executed(case, actor=operations, refund="R2611-0001-1", reference="112300012345")
    assert "提出执行退款" not in text(client.get(f"/merchant/cases/{case.number}/")), "once voided"


def test_a_customer_hears_of_it_once_it_is_approved(clock, client, case, shop, make_actor):
    from disputes import case_links
    from tests.disputes.refunding import approve

    client.post(f"/link/{case_links.issue(case)}/")
    propose(case, shop.manager)
    assert "已批准" not in text(client.get(f"/case/{case.number}/"))
    approve(case, make_actor("supervisor"))
    assert "已批准，正在办理" in text(client.get(f"/case/{case.number}/"))


def test_what_went_back_as_asked_leads_to_closing(
    clock, client, open_case, shop, make_actor, close
):
    case = open_case(requested_minor=30_000)
    client.force_login(shop.manager.user)

    def read() -> str:
        return text(client.get(f"/merchant/cases/{case.number}/"))

    operations = make_actor("operations")
    for amount, number in ((10_000, "R2611-0001-1"), (20_000, "R2611-0001-2")):
        propose(case, shop.manager, amount)
        assert "已经退出，可以办结" not in read(), "less than was asked for"
        actions.note_executed(case, actor=operations, refund=number, reference="112300012345")
    assert "¥300.00 已经退出，可以办结" in read()
    close(case, shop.manager)
    assert "已经退出，可以办结" not in read()


def test_what_was_agreed_leads_to_a_proposal(client, case, shop, support, new_key, sign_in):
    actions.resolve(
        case, actor=support, body="同意退。", closing_reason="refund_agreed",
        root_cause="none_found", submission_key=new_key(), agreed_minor=12_000,
    )  # fmt: skip
    sign_in("support")
    page = client.get(f"/desk/cases/{case.number}/")
    assert "已同意退 ¥120.00，还没有人提出执行" in text(page)
    assert 'value="120.00"' in page.content.decode()
