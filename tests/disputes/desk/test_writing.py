"""Typing that is not lost; two people at one case; who is named or given a case hears of it."""

import uuid

import pytest
from django.test import Client

from disputes import actions
from disputes.desk import writing
from disputes.models import Message, Writing
from disputes.tasks import erase_leftovers
from portal.outbox.models import Entry
from tests.cards import a_card_number

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def desk(case, make_member):
    """`desk("小陶")`: a browser in which that agent is signed in."""

    def make(name: str, role: str = "support"):
        browser = Client()
        browser.member = make_member(role, name=name)
        browser.force_login(browser.member.user)
        return browser

    return make


@pytest.fixture
def address(case):
    return f"/desk/cases/{case.number}/"


def form(page) -> dict:
    composer = page.context["composer"]
    seen = page.context["pane"].seen
    return {"submission_key": composer.key, "seen": seen, "body": composer.body}


def test_what_is_typed_is_there_again(desk, address, case):
    tao = desk("小陶")
    typed = {"verb": "add_note", "body": "厨房那边退了单"}
    assert tao.post(f"{address}writing/", typed).status_code == 204
    page = tao.get(address)
    assert "厨房那边退了单</textarea>" in page.text
    assert page.context["composer"].chosen == "add_note"
    assert "草稿已存" in page.text


@pytest.mark.parametrize("typed", ["刚打完就按了发送", "  "])
def test_what_was_refused_is_there_again_though_the_page_was_closed(
    desk, address, say, case, shop, typed
):
    tao = desk("小陶")
    page = tao.get(address)
    tao.post(f"{address}writing/", {"verb": "reply:all", "body": "先打的半句"})
    say(case, shop.manager, "店里先说了。")
    refused = tao.post(f"{address}act/", form(page) | {"verb": "reply:all", "body": typed})
    assert refused.status_code == 422
    kept = typed if typed.strip() else "先打的半句"
    assert tao.get(address).context["composer"].body == kept


def test_nobody_else_reads_it_and_colleagues_see_who_writes(
    desk, address, case, shop, sign_in, make_member, client, pass_time
):
    desk("小陶").post(f"{address}writing/", {"verb": "reply:all", "body": "还没想好"})
    ning = desk("阿宁")
    page = ning.get(address).text
    assert "小陶也在写" in page
    assert "还没想好" not in page
    sign_in(make_member("manager", shop.organisation))
    theirs = client.get(f"/merchant/cases/{case.number}/").text
    assert "小陶" not in theirs
    assert "还没想好" not in theirs
    pass_time(minutes=6)
    assert "小陶也在写" not in ning.get(address).text


def test_sent_or_emptied_nothing_is_kept(desk, address):
    tao = desk("小陶")
    for end in ({"verb": "add_note", "body": ""}, None):
        tao.post(f"{address}writing/", {"verb": "add_note", "body": "写"})
        assert Writing.objects.count() == 1
        if end:
            tao.post(f"{address}writing/", end)
        else:
            tao.post(f"{address}act/", form(tao.get(address)) | {"verb": "add_note"})
        assert not Writing.objects.exists()


def test_no_whole_card_number_is_kept(case, support):
    number = a_card_number()
    writing.keep(case, support, "add_note", f"卡号 {number}")
    assert number not in Writing.objects.get().body


def test_after_a_week_it_is_erased(case, support, pass_time):
    writing.keep(case, support, "add_note", "写")
    pass_time(days=6)
    erase_leftovers()
    assert Writing.objects.exists()
    pass_time(days=2)
    erase_leftovers()
    assert not Writing.objects.exists()


# --- Two at once --------------------------------------------------------------------------------


def test_a_reply_waits_where_a_colleague_was_quicker(desk, address, case):
    tao, ning = desk("小陶"), desk("阿宁")
    before = form(tao.get(address)) | {"verb": "reply:all", "body": "我来答。"}
    ning.post(f"{address}act/", form(ning.get(address)) | {"verb": "reply:all", "body": "答过了。"})
    page = tao.post(f"{address}act/", before)
    assert page.status_code == 422
    assert "阿宁刚刚说了话，还没有发送您的" in page.text
    assert "我来答。</textarea>" in page.text
    assert not Message.objects.filter(body="我来答。").exists()
    # Having seen it, the same words go.
    again = form(page) | {"verb": "reply:all"}
    assert tao.post(f"{address}act/", again).status_code == 302
    assert Message.objects.filter(body="我来答。").count() == 1


@pytest.mark.parametrize("party", ["consumer", "merchant"])
def test_so_it_does_where_another_party_was(desk, address, case, consumer_of, shop, say, party):
    tao = desk("小陶")
    before = form(tao.get(address)) | {
        "verb": "resolve",
        "reason_resolve": "other",
        "body": "办结。",
    }
    say(case, consumer_of(case) if party == "consumer" else shop.clerk, "等一下。")
    assert tao.post(f"{address}act/", before).status_code == 422
    case.refresh_from_db()
    assert case.is_open


def test_what_one_may_not_read_stops_nobody(
    client, sign_in, make_member, case, shop, support, new_key
):
    """A merchant learns nothing of the institution's notes, not even that there is one."""
    sign_in(make_member("manager", shop.organisation))
    address = f"/merchant/cases/{case.number}/"
    before = form(client.get(address)) | {"verb": "reply:all", "body": "马上查。"}
    actions.add_note(case, actor=support, body="内部", submission_key=new_key())
    assert client.post(f"{address}act/", before).status_code == 302


def test_a_second_press_is_no_collision(desk, address):
    tao = desk("小陶")
    once = form(tao.get(address)) | {"verb": "reply:all", "body": "好。"}
    assert tao.post(f"{address}act/", once).status_code == 302
    assert tao.post(f"{address}act/", once).status_code == 302
    assert Message.objects.filter(body="好。").count() == 1


# --- Mentions and hand-over ---------------------------------------------------------------------


def test_whoever_is_named_in_a_note_hears_of_it(case, support, make_member, new_key):
    ning, longer = make_member("operations", name="阿宁"), make_member("support", name="阿宁宁")
    Entry.objects.all().delete()
    body = "@阿宁宁 看一下，＠阿宁 也看。@没有这个人"
    actions.add_note(case, actor=support, body=body, submission_key=new_key())
    told = Entry.objects.filter(topic="case.mentioned")
    assert {entry.recipient for entry in told} == {ning.user.email, longer.user.email}
    assert all("看一下" not in str(entry.payload) for entry in told)


def test_a_longer_name_is_not_its_beginning(case, support, make_member, new_key):
    make_member("operations", name="阿宁")
    longer = make_member("support", name="阿宁宁")
    actions.add_note(case, actor=support, body="@阿宁宁 看", submission_key=new_key())
    told = Entry.objects.filter(topic="case.mentioned")
    assert [entry.recipient for entry in told] == [longer.user.email]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("@没有这个人 看一下", "没有人收到通知"),
        ("@小陶 看一下", "备注已记下。<"),
        ("客户的邮箱是 li@example.com", "备注已记下。<"),
    ],
)
def test_a_name_that_is_nobodys_is_said(client, case, sign_in, make_member, body, said):
    make_member("support", name="小陶")
    sign_in("support")
    form = {"verb": "add_note", "body": body, "submission_key": str(uuid.uuid4())}
    page = client.post(f"/desk/cases/{case.number}/act/", form, follow=True).content.decode()
    assert said in page


def test_nobody_of_another_house_is_told(case, shop, make_member, new_key):
    make_member("support", name="阿宁")
    actions.add_note(case, actor=shop.clerk, body="@阿宁 看", submission_key=new_key())
    assert not Entry.objects.filter(topic="case.mentioned").exists()


def test_a_case_is_handed_over_with_a_note(desk, address, case, make_member, shop):
    tao, ning = desk("小陶"), make_member("support", name="阿宁")
    given = {"assignee": str(ning.user.public_id), "note": "客户要周末才有空。"}
    assert tao.post(f"{address}assign/", given).status_code == 302
    note = case.messages.get(event="assigned")
    assert (note.audience, note.body) == ("internal", "客户要周末才有空。")
    assert not case.messages.visible_to(shop.manager).filter(event="assigned").exists()
    told = Entry.objects.get(topic="case.assigned")
    assert told.recipient == ning.user.email
    assert "周末" not in str(told.payload)


def test_taking_a_case_oneself_tells_nobody(case, support):
    actions.assign(case, actor=support, assignee=support.user)
    assert not Entry.objects.filter(topic="case.assigned").exists()


def test_the_time_of_a_word_is_not_a_key(desk, address):
    """A form without what it has seen (an older page) still goes."""
    tao = desk("小陶")
    plain = {"verb": "reply:all", "body": "好。", "submission_key": str(uuid.uuid4())}
    for seen in ({}, {"seen": "x"}, {"seen": "٣"}):
        plain["submission_key"] = str(uuid.uuid4())
        assert tao.post(f"{address}act/", plain | seen).status_code == 302
