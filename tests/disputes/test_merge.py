"""Two cases about one thing become one, and are parted again with nothing lost."""

import pytest
from django.db import IntegrityError, transaction

from disputes import actions, clocks
from disputes.actions import offer_refund
from disputes.desk import talk
from disputes.models import Case
from portal.audit.models import Event
from portal.outbox.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def second(case, open_case, pass_time) -> Case:
    """An hour later, by the same contact about the same payment: another kind of case."""
    pass_time(hours=1)
    return open_case(kind="disputed_charge", reason="wrong_amount", payment=case.payment)


def clocks_of(case) -> list:
    fresh = Case.objects.get(pk=case.pk)
    return [(state.clock, state.state, state.used) for state in clocks.of(fresh)]


@pytest.mark.parametrize("asked_from", ["earlier", "later"])
def test_the_later_goes_on_in_the_earlier(case, second, support, asked_from):
    one, other = (case, second) if asked_from == "earlier" else (second, case)
    assert actions.merge(one, actor=support, other=other) == case
    second.refresh_from_db()
    case.refresh_from_db()
    assert (second.status, second.merged_into, second.due_at) == ("merged", case, None)
    assert case.is_open
    assert [e.subject for e in Event.objects.filter(type="case.merged")] == [second.subject]
    assert [e.subject for e in Event.objects.filter(type="case.took_in")] == [case.subject]


def test_parted_it_is_as_it_was_and_its_clocks_run_on(case, second, support, shop, say, pass_time):
    say(second, shop.clerk, "在查。")
    pass_time(hours=2)
    before, place = clocks_of(second), (second.stage, second.status)
    actions.merge(second, actor=support, other=case)
    pass_time(hours=50)
    second.refresh_from_db()
    actions.part(second, actor=support)
    assert clocks_of(second) == before
    assert (second.stage, second.status) == place
    assert (second.merged_into, second.closed_at) == (None, None)
    assert second.due_at == clocks.current(second).due_at


def test_one_that_waited_for_its_customer_waits_again(case, second, support, new_key, pass_time):
    actions.ask_consumer(second, actor=support, body="?", submission_key=new_key())
    actions.merge(second, actor=support, other=case)
    pass_time(hours=5)
    second.refresh_from_db()
    actions.part(second, actor=support)
    assert second.status == "waiting_consumer"
    assert clocks.current(second).stands_still


def test_every_word_is_read_in_the_case_that_goes_on(case, second, support, shop, say, new_key):
    say(second, shop.clerk, "第二件里说的")
    actions.add_note(second, actor=support, body="机构的备注", submission_key=new_key())
    actions.merge(second, actor=support, other=case)
    ours = {line.body: line for line in talk.of(case, support)}
    theirs = {line.body for line in talk.of(case, shop.manager)}
    assert second.number in ours["第二件里说的"].remark
    assert "机构的备注" in ours
    assert "第二件里说的" in theirs
    assert "机构的备注" not in theirs


def test_the_customer_finds_both_by_either_link_until_they_are_parted(
    client, case, second, support, shop, say, conversation_of
):
    say(second, shop.clerk, "第二件里说的")
    actions.merge(second, actor=support, other=case)
    conversation_of(second)  # this browser holds the second case alone
    page = client.get(f"/case/{second.number}/").text
    assert f"和案件 {case.number} 一并办理" in page
    assert f"/case/{case.number}/" in page
    assert "第二件里说的" in client.get(f"/case/{case.number}/").text
    second.refresh_from_db()
    actions.part(second, actor=support)
    assert client.get(f"/case/{case.number}/").status_code == 404
    assert client.get(f"/case/{second.number}/").status_code == 200


@pytest.fixture
def conversation_of(client):
    from disputes import case_links

    return lambda case: client.post(f"/link/{case_links.issue(case)}/")


def test_both_parties_hear_of_it_by_a_link_alone(case, second, support):
    Entry.objects.all().delete()
    actions.merge(second, actor=support, other=case)
    told = Entry.objects.filter(topic="case.merged")
    assert {entry.recipient for entry in told} == {second.contact, *_managers(case)}


def _managers(case) -> set:
    from disputes.policy.parties import to_be_told

    return {user.email for user in to_be_told(case.organisation)}


def test_its_clock_says_why_it_stands_still(case, second, support, client, sign_in):
    actions.merge(second, actor=support, other=case)
    sign_in("support")
    page = client.get(f"/desk/cases/{second.number}/").context["pane"]
    assert (page.clock.tone, page.clock.label) == ("paused", "并入另一件")


def test_a_word_to_the_merged_one_is_sent_to_the_other(case, second, support, consumer_of, say):
    actions.merge(second, actor=support, other=case)
    with pytest.raises(actions.WrongState, match=case.number):
        say(second, consumer_of(second))


def refused(one, other, actor, fault=actions.Invalid) -> str:
    with pytest.raises(fault) as error:
        actions.merge(one, actor=actor, other=other)
    return error.value.message


def test_cases_of_two_people_stay_two(case, open_case, support):
    other = open_case(payment=case.payment, contact="another@example.org")
    assert "联系方式不同" in refused(case, other, support)


def test_no_merchant_gets_to_read_a_complaint_about_itself(case, open_case, support):
    complaint = open_case(kind="service_complaint", payment=case.payment)
    assert complaint.organisation is None
    assert "商户不同" in refused(case, complaint, support)


def test_no_promise_gets_weaker(case, second, support):
    actions.escalate(second, actor=support)
    assert "请先把案件" in refused(second, case, support)
    actions.escalate(case, actor=support)
    assert actions.merge(second, actor=support, other=case) == case


def test_what_waits_for_an_answer_is_answered_first(case, second, support, shop, new_key):
    offer_refund(second, actor=shop.manager, amount_minor=1, body="退", submission_key=new_key())
    assert "还没有答复" in refused(second, case, support)


def test_one_cannot_hold_others_and_be_merged(case, second, open_case, support, pass_time):
    pass_time(hours=1)
    third = open_case(kind="disputed_charge", reason="other")
    actions.merge(third, actor=support, other=second)
    assert "并着别的" in refused(second, case, support)


def test_itself_and_what_is_closed_are_refused(case, second, support, close):
    assert refused(case, case, support)
    assert refused(case, None, support)
    close(case, support)
    assert refused(second, case, support, actions.WrongState)


def test_the_database_holds_that_merged_means_in_another(case):
    for change in ({"status": "merged", "closed_at": case.opened_at}, {"merged_into": case}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(**change)


def test_the_desk_offers_it_and_takes_it_back(client, sign_in, case, second):
    sign_in("support")
    page = client.get(f"/desk/cases/{second.number}/").text
    assert f'<option value="{case.number}">' in page
    form = {"verb": "merge", "merge_with": case.number}
    done = client.post(f"/desk/cases/{second.number}/act/", form, follow=True)
    assert f"已并入案件 {case.number}" in done.text
    assert 'value="part"' in done.text
    assert second.number in client.get(f"/desk/cases/{case.number}/").text
    client.post(f"/desk/cases/{second.number}/act/", {"verb": "part"})
    second.refresh_from_db()
    assert second.is_open
