"""What to do first stands first; how the terminal stood at that minute."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from disputes import actions, moment

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def pane(client):
    return lambda case: client.get(f"/desk/cases/{case.number}/").context["pane"]


def words(pane) -> list[str]:
    return [action.words for action in pane.first]


def test_take_it_then_answer_then_close(case, client, sign_in, pane, support, new_key, say):
    member = sign_in("supervisor")
    assert words(pane(case)) == ["还没有人负责：分给我"]  # at the merchant nobody else need act
    actions.escalate(case, actor=support)
    assert words(pane(case)) == ["还没有人负责：分给我", "客户说了话，还没有人答复"]
    client.post(f"/desk/cases/{case.number}/assign/", {"assignee": str(member.user.public_id)})
    assert words(pane(case)) == ["客户说了话，还没有人答复"]
    say(case, support, "查过了。")
    assert words(pane(case)) == ["都答复过了：可以办结"]
    actions.ask_consumer(case, actor=support, body="哪一天？", submission_key=new_key())
    assert words(pane(case)) == []  # it waits for the customer


def test_a_clock_that_was_taken_away_is_not_said_to_be_kept(case, sign_in, client, pane, support):
    """Nobody at the shop has answered; the central bank's letter took the case from it."""
    sign_in("supervisor")
    yesterday = timezone.localdate(moment.now()) - timedelta(days=1)
    actions.note_forwarded(case, actor=support, on=yesterday, reference="118")
    page = client.get(f"/desk/cases/{case.number}/")
    said = {view.label: view.words for view in page.context["pane"].clocks}
    assert said["商户首次答复"] == said["商户办完"] == "没到时限就结束"
    # What waits for no customer goes on, and the page says so.
    form = {"verb": "ask_consumer", "body": "请补照片。", "submission_key": uuid.uuid4()}
    page = client.post(f"/desk/cases/{case.number}/act/", form, follow=True).text
    assert "已发送给客户，答复人民银行转来的投诉照常计时。" in page


def test_an_auditor_is_asked_for_nothing(case, sign_in, pane):
    sign_in("auditor")
    assert words(pane(case)) == []


def test_what_was_late_is_answered_first(case, sign_in, pane, support, pass_time):
    actions.escalate(case, actor=support)
    pass_time(days=20)
    sign_in("supervisor")
    assert "已经超时，先答复客户" in words(pane(case))


def test_the_terminal_as_its_payments_tell(open_case, make_payment, shop, sign_in, pane):
    first = make_payment(shop.merchant, slip_printed="no", slip_cause="paper_out")
    case = open_case(payment=first)
    sign_in("support")
    assert pane(case).then.words == "前后 10 分钟 1 笔，1 笔没打出小票：缺纸。"
    for minutes, printed in ((3, "yes"), (9, "unknown"), (11, "no")):
        make_payment(
            shop.merchant,
            terminal=first.terminal,
            at=first.occurred_at + timedelta(minutes=minutes),
            slip_printed=printed,
            slip_cause="",
        )
    assert pane(case).then.words == "前后 10 分钟 3 笔，1 笔没打出小票：缺纸。"
