"""A case on the desk: what is shown, to whom, and what reading it leaves behind."""

from datetime import timedelta

import pytest

from disputes import actions
from disputes.desk import history
from disputes.models import Case
from portal.audit.models import Reading
from tests.portal.audit.types_written import types_written

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def page(client, case):
    return lambda query="", **headers: client.get(
        f"/desk/cases/{case.number}/{query}", headers=headers
    )


def test_every_step_of_a_case_has_its_words():
    written, _doubts = types_written()
    of_cases = {type_.removeprefix("case.") for type_ in written if type_.startswith("case.")}
    assert of_cases - history.WORDS.keys() == set()


def test_it_shows_payment_clock_words_and_what_comes_by_itself(page, sign_in, case):
    sign_in("support")
    text = page().text
    for words in (
        case.number,
        "点的清蒸鲈鱼一直没上。",
        "尾号 7712",
        "还剩 24 小时·商户首次答复",
        "前商户没有答复，自动转机构，并告诉客户。",
        "已收到，转给商户答复。",
    ):
        assert words in text, words


def test_the_contact_is_masked(page, sign_in, case):
    sign_in("support")
    text = page().text
    assert "g***@example.org" in text
    assert "guest@example.org" not in text


def test_a_mobile_number_is_masked(sign_in, open_case, client):
    sign_in("support")
    case = open_case(contact_kind="mobile", contact="13800001234")
    text = client.get(f"/desk/cases/{case.number}/").text
    assert "138****1234" in text
    assert "13800001234" not in text


def test_htmx_gets_the_pane_and_its_row_alone(page, sign_in, case):
    sign_in("support")
    text = page("?view=all", **{"HX-Request": "true"}).text
    assert "<html" not in text
    assert f'<template id="case-row">\n        <li id="row-{case.number}">' in text
    assert text.count('class="case"') == 1


def test_going_back_in_history_gets_the_whole_page(page, sign_in):
    sign_in("support")
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in page(**headers).text


def test_opening_it_is_written_down_once_a_person_and_ten_minutes(page, sign_in, case, pass_time):
    me = sign_in("support")
    read = Reading.objects.filter(subject=case.subject)
    page()
    page()
    assert list(read.values_list("reader", "what")) == [(f"user:{me.user.public_id}", "opened")]
    pass_time(minutes=10)
    page()
    assert read.count() == 2
    sign_in("auditor")
    page()
    assert read.count() == 3


def test_a_case_that_is_not_there_is_not_found(client, sign_in):
    sign_in("support")
    assert client.get("/desk/cases/2611-9999/").status_code == 404


def test_an_auditor_sees_everything_and_no_action(page, sign_in, case):
    sign_in("auditor")
    text = page().text
    assert "点的清蒸鲈鱼一直没上。" in text
    assert "composer" not in text
    assert 'id="assign"' not in text


@pytest.mark.parametrize("path", ["act", "assign"])
def test_an_auditor_can_change_nothing(client, sign_in, case, path):
    sign_in("auditor")
    data = {"verb": "reply:all", "body": "好的。", "assignee": ""}
    assert client.post(f"/desk/cases/{case.number}/{path}/", data).status_code == 403
    assert case.messages.filter(author_kind="institution").count() == 0


def test_operations_cannot_decide(page, sign_in):
    sign_in("operations")
    text = page().text
    assert 'value="reply:all"' in text
    assert 'value="resolve"' not in text


def test_a_paused_clock_says_so_and_lists_why(page, sign_in, case, support, new_key, pass_time):
    pass_time(minutes=13)
    actions.ask_consumer(case, actor=support, body="请补照片。", submission_key=new_key())
    pass_time(minutes=48)
    sign_in("support")
    text = page().text
    assert "已暂停·等待客户" in text
    assert "等客户补充" in text
    assert "48 分钟" in text
    assert "客户补充以后，计时接着走。" in text


def test_other_cases_of_the_customer_the_payment_and_the_shop_are_named(
    page, sign_in, case, open_case, make_shop, make_payment
):
    same_payment = open_case(
        payment=case.payment, kind="disputed_charge", reason="wrong_amount", contact="b@example.org"
    )
    elsewhere = open_case(payment=make_payment(make_shop().merchant))
    sign_in("support")
    related = page().context["pane"].related
    assert [other.number for other in related.of_payment] == [same_payment.number]
    assert [other.number for other in related.of_contact] == [elsewhere.number]
    assert related.of_merchant == 1


def test_the_trail_tells_every_step_in_words(client, sign_in, case, support):
    me = sign_in("supervisor")
    actions.assign(case, actor=support, assignee=support.user)
    actions.escalate(case, actor=support)
    text = client.get(f"/desk/cases/{case.number}/trail/").text
    for words in ("立案", "分派", "机构接过来处理", "打开案件", support.user.name, me.user.name):
        assert words in text, words


def test_a_case_without_a_payment_says_what_the_customer_remembers(
    client, sign_in, open_case, clock
):
    from django.utils import timezone

    claimed = actions.Claimed("4821", 38650, timezone.now() - timedelta(days=2), "半山听雨")
    case = open_case(kind="find_payment", payment=None, claimed=claimed)
    sign_in("support")
    text = client.get(f"/desk/cases/{case.number}/").text
    for words in ("还没有对应的消费", "¥386.50", "尾号 4821", "半山听雨"):
        assert words in text, words


def test_what_the_customer_wrote_stays_text(client, sign_in, open_case):
    case = open_case(body='<script>alert(1)</script>{{ x }}"\u202eevil')
    sign_in("support")
    text = client.get(f"/desk/cases/{case.number}/").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_opening_a_case_costs_a_fixed_number_of_queries(
    client, sign_in, case, say, shop, support, new_key, django_assert_num_queries
):
    sign_in("support")
    actions.assign(case, actor=support, assignee=support.user)
    client.get(f"/desk/cases/{case.number}/")
    with django_assert_num_queries(22):  # the view budget and an unmasking ask one each
        client.get(f"/desk/cases/{case.number}/")
    for _ in range(5):
        say(case, shop.manager)
        actions.add_note(case, actor=support, body="记一下。", submission_key=new_key())
    with django_assert_num_queries(22):
        client.get(f"/desk/cases/{case.number}/")
    with django_assert_num_queries(17):
        client.get(f"/desk/cases/{case.number}/", headers={"HX-Request": "true"})
    assert Case.objects.count() == 1


def test_a_deadline_reads_as_the_customer_reads_it(page, sign_in, at_institution):
    sign_in("support")
    text = page().text
    assert text.count("12月8日 周二 24:00</time>") == 2  # what comes by itself, and the clock
    assert "23:59</time>" not in text


@pytest.mark.parametrize(("times", "words"), [(1, "1 time"), (2, "2 times")])
def test_how_often_the_outcome_did_not_satisfy_is_counted_in_words(
    page, sign_in, case, client, times, words
):
    Case.objects.filter(pk=case.pk).update(continued=times)
    sign_in("support")
    client.cookies["language"] = "en"
    assert f"<dd>{words}</dd>" in page().text
