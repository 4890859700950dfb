"""A slip that the customer took stops the clock of the cases that waited for it."""

from datetime import date

import pytest

from disputes import actions, clocks, subscriptions
from disputes.models import PolicyVersion
from disputes.policy import limits
from disputes.subscriptions import calendar_changed, slip_given, slip_ready
from portal.audit.models import Event
from portal.calendar import changes
from portal.outbox import post
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db


def slip_state(case) -> str:
    fresh = type(case).objects.get(pk=case.pk)
    return {s.clock: s.state for s in clocks.of(fresh)}.get("slip", "")


def issue(case, number=1) -> None:
    slip_given(
        f"slip_given:{case.payment_id}:{number}", payment=str(case.payment_id), number=number
    )


def test_the_clock_of_the_slip_stops_and_the_next_one_is_shown(clock, open_case):
    case = open_case(kind="no_slip")
    issue(case)
    assert slip_state(case) == "stopped"
    case.refresh_from_db()
    assert (case.due_clock, case.due_at) == ("merchant_first_reply", clocks.current(case).due_at)
    assert Event.objects.get(type="case.slip_issued").actor == "system:slips"


def test_the_same_news_twice_does_it_once(clock, open_case):
    case = open_case(kind="no_slip")
    issue(case)
    issue(case)
    assert Event.objects.filter(type="case.slip_issued").count() == 1


def test_another_payments_slip_stops_nothing(clock, open_case):
    case, other = open_case(kind="no_slip"), open_case(kind="no_slip")
    issue(other)
    assert slip_state(case) == "running"


def test_a_case_that_waits_for_no_slip_is_left_alone(case):
    issue(case)
    assert not Event.objects.filter(type="case.slip_issued").exists()


def test_a_paused_clock_stops_as_well(open_case, support, new_key):
    case = open_case(kind="no_slip")
    actions.ask_consumer(case, actor=support, body="?", submission_key=new_key())
    issue(case)
    assert slip_state(case) == "stopped"


def test_the_news_comes_through_the_outbox(open_case, run_outbox):
    case = open_case(kind="no_slip")
    post.news(
        f"slip_given:{case.payment_id}:1",
        topic="slip_given",
        payment=str(case.payment_id),
        number=1,
    )
    run_outbox()
    assert slip_state(case) == "stopped"


def test_who_left_a_contact_hears_once_that_the_slip_is_ready(open_case):
    case, other = open_case(kind="no_slip"), open_case(kind="no_slip")
    Entry.objects.all().delete()
    for _ in range(2):
        slip_ready("slip_ready:7", payment=str(case.payment_id))
    letter = Entry.objects.get()
    assert letter.recipient == case.contact
    assert other.number not in letter.payload["body"]


def test_a_case_about_a_slip_has_it_drawn_before_it_is_asked_for(open_case):
    from receipts.models import SlipDrawing
    from receipts.tasks import draw_slips

    case = open_case(kind="no_slip")
    open_case(kind="service_complaint")
    assert [row.payment_id for row in SlipDrawing.objects.all()] == [case.payment_id]
    assert draw_slips() == 1
    issue = case.payment.slip_issues.get()
    assert (issue.channel, issue.requested_by, issue.copy) == (
        "ahead",
        "system:slips",
        "cardholder",
    )
    assert not SlipDrawing.objects.exists()
    assert draw_slips() == 0


@pytest.fixture
def by_working_days(db):
    slower = {
        "merchant_first_reply": {"amount": 3, "unit": "working_days"},
        "merchant_settles": {"amount": 10, "unit": "calendar_days"},
    }
    return PolicyVersion.objects.create(number=2, limits=limits.DEFAULTS | slower)


def test_a_holiday_that_is_entered_moves_the_deadlines_by_working_days(
    clock, case, by_working_days, open_case, run_outbox, make_actor
):
    slower, before = open_case(), case.due_at
    assert f"{slower.due_at:%m-%d}" == "11-26"
    changes.set_day(
        date(2026, 11, 25), works=False, name="", actor=make_actor("administrator"), reason="停电"
    )
    run_outbox()
    run_outbox()
    slower.refresh_from_db()
    case.refresh_from_db()
    assert f"{slower.due_at:%m-%d}" == "11-27"
    assert case.due_at == before
    moved = Event.objects.filter(type="case.due_moved")
    assert [event.subject for event in moved] == [slower.subject]


def test_many_cases_are_computed_in_turns(
    clock, by_working_days, open_case, run_outbox, make_actor, monkeypatch
):
    monkeypatch.setattr(subscriptions, "IN_ONE_TURN", 2)
    cases = [open_case() for _ in range(5)]
    day = date(2026, 11, 25)
    changes.set_day(day, works=False, name="", actor=make_actor("administrator"), reason="停电")
    run_outbox()
    moved = Event.objects.filter(type="case.due_moved").values_list("subject", flat=True)
    assert sorted(moved) == sorted(case.subject for case in cases)
    turns = Entry.objects.filter(topic=subscriptions.TURN)
    assert [turn.payload["after"] for turn in turns.order_by("pk")] == [
        0,
        cases[1].pk,
        cases[3].pk,
    ]


def test_news_of_the_calendar_twice_moves_nothing_twice(clock, by_working_days, open_case):
    slower = open_case()
    calendar_changed("calendar_changed:calendar:2026:1")
    calendar_changed("calendar_changed:calendar:2026:1")
    assert not Event.objects.filter(type="case.due_moved").exists()
    assert type(slower).objects.get(pk=slower.pk).due_at == slower.due_at
