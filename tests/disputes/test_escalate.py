"""By wish of the customer or of the institution, and by time: once, also after downtime."""

import pytest

from disputes import actions, clocks
from disputes.models import Case
from disputes.tasks import sweep_clocks
from portal.accounts.actor import Actor
from portal.audit.models import Event
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("clocks")


def escalations() -> int:
    return Event.objects.filter(type__startswith="case.escalated").count()


def now(case) -> Case:
    return Case.objects.select_related("policy").get(pk=case.pk)


# --- By wish


def test_the_customer_need_not_wait_for_the_merchant(clock, case, consumer_of, shop):
    Entry.objects.all().delete()
    actions.escalate(case, actor=consumer_of(case))
    assert (case.stage, case.status, case.due_clock) == (
        "institution", "new", "institution_answer",
    )  # fmt: skip
    assert [e.recipient for e in Entry.objects.all()] == [shop.manager.user.email]
    assert {s.clock: s.state for s in clocks.of(case)} == {
        "merchant_first_reply": "stopped",
        "merchant_settles": "stopped",
        "institution_answer": "running",
    }


def test_the_institution_takes_over_and_tells_both(case, support, shop):
    Entry.objects.all().delete()
    actions.escalate(case, actor=support)
    told = {e.recipient for e in Entry.objects.all()}
    assert told == {"guest@example.org", shop.manager.user.email}


def test_a_merchant_hands_nothing_over(case, shop):
    for actor in (shop.clerk, shop.manager):
        with pytest.raises(actions.NotAllowed):
            actions.escalate(case, actor=actor)


def test_twice_is_once(case, support, consumer_of):
    actions.escalate(case, actor=support)
    actions.escalate(case, actor=consumer_of(case))
    assert escalations() == 1


def test_a_closed_case_is_not_taken_over(case, support, close, consumer_of):
    close(case, support)
    with pytest.raises(actions.WrongState, match="办结"):
        actions.escalate(case, actor=consumer_of(case))


def test_a_case_that_waits_for_the_customer_runs_again_at_the_institution(
    clock, case, support, consumer_of, new_key
):
    actions.ask_consumer(case, actor=support, body="?", submission_key=new_key())
    actions.escalate(case, actor=consumer_of(case))
    assert (case.status, clocks.current(case).state) == ("new", "running")


@pytest.mark.parametrize("reason", ["time", "lunch", ""])
def test_a_person_names_no_other_reason_than_a_wish(case, support, reason):
    with pytest.raises(actions.Invalid):
        actions.escalate(case, actor=support, reason=reason)


# --- By time


def test_the_system_takes_nothing_whose_time_has_not_come(clock, pass_time, case):
    pass_time(hours=24)
    with pytest.raises(actions.WrongState):
        actions.escalate(case, actor=SYSTEM, reason="time")
    pass_time(seconds=1)
    actions.escalate(case, actor=SYSTEM, reason="time")
    assert case.stage == "institution"


def test_a_merchant_who_answered_has_three_days_in_all(clock, pass_time, case, shop, say):
    say(case, shop.clerk)
    pass_time(hours=72)
    assert sweep_clocks() == 0
    pass_time(seconds=1)
    assert sweep_clocks() == 1


def test_a_wait_for_the_customer_is_no_delay_of_the_merchant(
    clock, pass_time, case, support, new_key
):
    actions.ask_consumer(case, actor=support, body="?", submission_key=new_key())
    pass_time(days=20)
    assert sweep_clocks() == 0


def test_after_two_days_without_a_worker_each_case_moves_once(clock, pass_time, open_case):
    cases = [open_case() for _ in range(3)]
    pass_time(days=2)
    assert [sweep_clocks(), sweep_clocks()] == [3, 0]
    assert escalations() == 3
    for case in cases:
        state = clocks.current(now(case))
        assert (state.clock, state.state, state.used.days) == ("institution_answer", "running", 0)


def test_an_answer_that_came_before_the_sweep_counts(clock, pass_time, case, shop, say):
    pass_time(hours=30)
    say(case, shop.clerk)
    assert sweep_clocks() == 0
    late = next(s for s in clocks.of(now(case)) if s.clock == "merchant_first_reply")
    assert (late.state, late.kept) == ("stopped", False)


def test_a_missed_slip_alone_moves_no_case(clock, pass_time, open_case):
    case = open_case(kind="no_slip")
    pass_time(hours=2)
    assert sweep_clocks() == 0
    assert clocks.current(now(case)).state == "missed"
    pass_time(hours=23)
    assert sweep_clocks() == 1


def test_a_missed_answer_of_the_institution_moves_no_case(clock, pass_time, at_institution):
    pass_time(days=40)
    assert sweep_clocks() == 0


def test_one_case_in_trouble_keeps_no_other_waiting(clock, pass_time, open_case, monkeypatch):
    from disputes import tasks

    bad, good = open_case(), open_case()
    pass_time(days=2)

    def escalate(case, **values):
        if case.pk == bad.pk:
            raise RuntimeError("out of order")
        actions.escalate(case, **values)

    monkeypatch.setattr(tasks, "escalate", escalate)
    assert sweep_clocks() == 1
    assert now(good).stage == "institution"


def test_the_sweep_is_on_the_timetable(settings):
    entry = settings.CELERY_BEAT_SCHEDULE["clock-sweep"]
    assert (entry["task"], entry["schedule"]) == (sweep_clocks.name, 60.0)
