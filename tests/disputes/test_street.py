"""One case from the first word to the last, through every verb; each leaves its event."""

import pytest

from disputes import actions, clocks, policy
from portal.accounts.actor import Actor
from portal.audit.models import Event
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db


def events_of(case) -> list[str]:
    return list(
        Event.objects.filter(subject=case.subject)
        .order_by("sequence")
        .values_list("type", flat=True)
    )


def test_a_case_walks_the_whole_street(
    clock, pass_time, case, shop, support, consumer_of, say, close, new_key
):
    consumer = consumer_of(case)
    assert (case.stage, case.status, case.due_clock) == (
        "merchant", "new", "merchant_first_reply",
    )  # fmt: skip
    actions.ask_consumer(case, actor=shop.clerk, body="请问几号桌？", submission_key=new_key())
    assert (case.status, case.due_at) == ("waiting_consumer", None)
    pass_time(hours=5)
    say(case, consumer, "12 号桌。")
    assert (case.status, case.due_clock) == ("working", "merchant_settles")
    say(case, shop.manager)
    close(case, shop.manager, "reject")
    assert (case.status, case.due_at, case.due_clock) == ("rejected", None, "")
    actions.continue_case(case, actor=consumer, body="不同意。", submission_key=new_key())
    assert (case.stage, case.status, case.continued) == ("institution", "new", 1)
    actions.assign(case, actor=support, assignee=support.user)
    actions.add_note(case, actor=support, body="看一下监控。", submission_key=new_key())
    say(case, support, "我们在核实。")
    close(case, support)
    assert events_of(case) == [
        "case.opened",
        "case.asked_consumer",
        "case.consumer_replied",
        "case.merchant_replied",
        "case.rejected",
        "case.continued",
        "case.assigned",
        "case.noted",
        "case.institution_replied",
        "case.resolved",
    ]
    case.refresh_from_db()
    assert (case.status, case.assignee, case.closing_reason) == ("resolved", support.user, "other")
    assert all(state.is_over for state in clocks.of(case))
    # Nothing goes on in it; notes are taken, and what goes back or comes from above is entered.
    left = {verb.name for verb in policy.allowed(case, support)}
    assert left >= {"add_note", "propose_refund", "note_request"}
    assert not left & {"reply", "ask_consumer", "assign", "escalate", "resolve", "reject"}
    assert Entry.objects.filter(recipient="guest@example.org").count() == 6


def test_every_verb_of_the_policy_is_an_action():
    assert {step.verb for step in policy.STEPS} <= set(actions.__all__)


def test_the_sweep_hands_over_what_the_merchant_let_run_out(
    clock, pass_time, case, say, shop, run_outbox, mailoutbox
):
    from disputes.tasks import sweep_clocks

    pass_time(hours=24)
    assert sweep_clocks() == 0
    pass_time(seconds=1)
    assert sweep_clocks() == 1
    assert sweep_clocks() == 0
    case.refresh_from_db()
    assert (case.stage, case.status, case.due_clock) == (
        "institution", "new", "institution_answer",
    )  # fmt: skip
    assert events_of(case)[-1] == "case.escalated_by_time"
    assert Event.objects.get(type="case.escalated_by_time").actor == "system:clocks"
    assert run_outbox()
    told = {(mail.to[0], mail.subject.split("：")[1][:6]) for mail in mailoutbox}
    assert ("guest@example.org", "商户没有按时") in told
    assert (shop.manager.user.email, "案件超过时限") in told
    assert Actor.system("clocks")
