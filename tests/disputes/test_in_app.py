"""Notices inside the product: for whom the policy says, read when the case is opened, then gone."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from disputes import actions, erasing, in_app
from disputes.models import Case, InAppNotice
from disputes.models.in_app import MANY, unread
from disputes.tasks import erase_leftovers, tell_deadlines
from portal.accounts.actions import say_away
from portal.accounts.actor import Actor
from tests.disputes.refunding import approve, propose

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def agent(make_member):
    return Actor.member(make_member("support", name="小陶"))


@pytest.fixture
def mine(case, agent):
    """A case that the agent has taken."""
    actions.assign(case, actor=agent, assignee=agent.user)
    return case


@pytest.fixture
def browser():
    def signed_in(actor: Actor) -> Client:
        client = Client()
        client.force_login(actor.user)
        return client

    return signed_in


def told(actor: Actor) -> list[str]:
    return [row.what for row in InAppNotice.objects.visible_to(actor).order_by("pk")]


def test_the_owner_hears_of_answers_and_the_shop_of_the_case(
    mine, agent, shop, say, consumer_of, support
):
    say(mine, consumer_of(mine), "还没收到。")
    say(mine, shop.clerk, "在查。")
    say(mine, shop.clerk, "只给机构。", audience="merchant")
    actions.withdraw(mine, actor=consumer_of(mine))
    assert told(agent) == ["consumer_replied", "merchant_replied", "merchant_replied", "withdrawn"]
    assert told(shop.manager) == ["opened", "consumer_replied", "withdrawn"]
    assert told(support) == told(shop.clerk) == []


def test_who_is_given_a_case_or_named_hears_of_it_once(case, agent, support, new_key):
    actions.assign(case, actor=support, assignee=agent.user)
    key = new_key()
    for _ in range(2):
        actions.add_note(case, actor=support, body="@小陶 看", submission_key=key)
    assert told(agent) == ["assigned", "mentioned"]


def test_approvals_wait_for_supervisors_and_deadlines_for_the_owner(
    case, agent, support, make_actor, consumer_of, pass_time
):
    chief = make_actor("supervisor")
    actions.escalate(case, actor=consumer_of(case))
    actions.assign(case, actor=agent, assignee=agent.user)
    actions.ask_extension(case, actor=support, days=30, reason="要等发卡行答复。")
    assert told(chief) == ["extension_asked"]
    pass_time(days=13)
    tell_deadlines()
    tell_deadlines()
    assert told(agent) == ["due_soon"]


def test_what_another_has_approved_waits_for_nobody(case, support, make_actor, consumer_of):
    chiefs = [make_actor("supervisor") for _ in range(3)]
    actions.escalate(case, actor=consumer_of(case))
    actions.ask_extension(case, actor=support, days=30, reason="要等发卡行答复。")
    assert [unread(each) for each in chiefs] == [1, 1, 1]
    actions.approve_extension(case, actor=chiefs[0])
    assert [unread(each) for each in chiefs] == [0, 0, 0]
    assert [told(each) for each in chiefs] == [["extension_asked"]] * 3  # it can be read still


def test_nor_what_needs_no_approval_any_more(case, support, make_actor, consumer_of):
    chief = make_actor("supervisor")
    actions.escalate(case, actor=consumer_of(case))
    actions.ask_extension(case, actor=support, days=30, reason="要等发卡行答复。")
    actions.withdraw(case, actor=consumer_of(case))
    assert unread(chief) == 0


@pytest.mark.parametrize("answer", ["approved", "refused", "withdrawn", "closed"])
def test_a_refund_that_was_answered_waits_under_nobodys_bell(case, shop, make_actor, close, answer):
    chiefs = [make_actor("supervisor") for _ in range(2)]
    propose(case, shop.manager)
    assert [unread(each) for each in chiefs] == [1, 1]
    if answer == "approved":
        approve(case, chiefs[0])
    elif answer == "refused":
        actions.refuse_refund(case, actor=chiefs[0], reason="没有凭据。")
    elif answer == "withdrawn":
        actions.withdraw_proposal(case, actor=shop.manager)
    else:
        close(case, shop.manager, "reject")
    assert [unread(each) for each in chiefs] == [0, 0]
    assert [told(each) for each in chiefs] == [["refund_asked"]] * 2  # it can be read still


def test_a_proposal_that_was_changed_is_told_anew(case, shop, make_actor):
    chief = make_actor("supervisor")
    propose(case, shop.manager)
    actions.edit_refund(case, actor=shop.manager, version=1, amount_minor=30_000, reason="少退。")
    rows = InAppNotice.objects.visible_to(chief).filter(what="refund_asked").order_by("pk")
    assert [row.read_at is None for row in rows] == [False, True]
    assert unread(chief) == 1


def test_what_else_waits_is_not_settled_with_it(case, shop, support, make_actor, new_key):
    chief = make_actor("supervisor")
    propose(case, shop.manager)
    note = f"@{chief.user.name} 请看"
    actions.add_note(case, actor=support, body=note, submission_key=new_key())
    approve(case, make_actor("supervisor"))
    left = InAppNotice.objects.visible_to(chief).filter(read_at=None)
    assert [row.what for row in left] == ["mentioned"]
    assert unread(chief) == 1


def test_a_deadline_goes_to_the_supervisors_while_the_owner_is_away(
    case, agent, make_actor, make_member, consumer_of, pass_time
):
    chief = make_actor("supervisor")
    actions.escalate(case, actor=consumer_of(case))
    actions.assign(case, actor=agent, assignee=agent.user)
    today = timezone.localdate()
    member = agent.user.memberships.get()
    say_away(member, first=today, last=today + timedelta(days=30), actor=chief)
    pass_time(days=13)
    tell_deadlines()
    assert (told(agent), told(chief)) == ([], ["due_soon"])


def test_what_is_undone_tells_nobody(mine, agent, shop, say, consumer_of):
    with pytest.raises(actions.Invalid):
        say(mine, consumer_of(mine), "   ")
    assert told(agent) == []


@pytest.mark.parametrize("party", ["desk", "merchant"])
def test_the_bell_counts_and_opening_the_case_reads(
    mine, agent, shop, say, consumer_of, browser, party
):
    reader = agent if party == "desk" else shop.manager
    for words in ("一", "二"):
        say(mine, consumer_of(mine), words)
    client = browser(reader)
    home = "/desk/notices/" if party == "desk" else "/merchant/cases/notices/"
    number = {"desk": 2, "merchant": 3}[party]
    page = client.get(home)
    assert f"<b>{number}<" in page.text
    assert page.text.count("notice-unread") == number
    path = page.context["rows"][0][0].path
    opened = client.get(path)
    assert opened.status_code == 200
    assert 'class="bar-bell"' in opened.text
    assert "条未读" not in opened.text
    assert "条未读" not in client.get(home).text
    assert client.get(home).text.count("客户补充说明") == 2


def test_one_is_marked_and_all_are(mine, agent, say, consumer_of, browser):
    for words in ("一", "二"):
        say(mine, consumer_of(mine), words)
    client, page = browser(agent), "/desk/notices/"
    first = InAppNotice.objects.visible_to(agent).first()
    client.post(page, {"do": "read", "notice": first.pk})
    assert unread(agent) == 1
    client.post(page, {"do": "unread", "notice": first.pk})
    assert unread(agent) == 2
    client.post(page, {"do": "all"})
    assert unread(agent) == 0


def test_nobody_reads_or_marks_anothers(mine, agent, say, consumer_of, browser, make_actor):
    say(mine, consumer_of(mine), "一")
    other, row = browser(make_actor("support")), InAppNotice.objects.visible_to(agent).get()
    assert other.get("/desk/notices/").context["rows"] == []
    for key in (row.pk, "", "x", "9" * 30):
        form = {"do": "read", "notice": key}
        assert other.post("/desk/notices/", form).status_code == 404
    other.post("/desk/notices/", {"do": "all"})
    assert unread(agent) == 1
    assert browser(make_actor("clerk")).get("/desk/notices/").status_code == 403


def test_merged_locked_and_erased_cases(
    open_case, answers, agent, say, consumer_of, browser, pass_time
):
    first, second = open_case(), open_case(kind="disputed_charge", reason="not_mine")
    for each in (first, second):
        actions.assign(each, actor=agent, assignee=agent.user)
        say(each, consumer_of(each), "在吗？")
    actions.escalate(first, actor=consumer_of(first))
    actions.merge(second, actor=agent, other=first)
    client = browser(agent)
    paths = [row.path for row, _words, _what in client.get("/desk/notices/").context["rows"]]
    assert all(client.get(path, follow=True).status_code == 200 for path in paths)
    actions.withdraw(first, actor=consumer_of(first))
    assert told(agent)
    Case.objects.filter(pk=first.pk).update(locked_at=first.opened_at, locked_until=first.opened_at)
    assert not InAppNotice.objects.visible_to(agent).filter(case=first).exists()
    Case.objects.filter(pk=first.pk).update(locked_at=None, locked_until=None)
    erasing.erase(first.number)
    assert not InAppNotice.objects.filter(case=first).exists()


def test_after_ninety_days_they_go(mine, agent, say, consumer_of, pass_time):
    say(mine, consumer_of(mine), "一")
    pass_time(days=89)
    erase_leftovers()
    assert told(agent) == ["consumer_replied"]
    pass_time(days=2)
    erase_leftovers()
    assert told(agent) == []


def test_the_bell_counts_no_further_than_it_shows(mine, agent):
    for number in range(MANY + 5):
        in_app.tell(mine, [agent.user], "mentioned", link="/desk/", key=str(number))
    assert unread(agent) == MANY + 1
