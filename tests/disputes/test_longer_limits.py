"""The institution's limit: longer by two people, from the central bank, by newer rules."""

import json
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from disputes import actions, clocks, events
from disputes.desk import queue
from disputes.models import Case, Extension, InAppNotice, PolicyVersion
from disputes.policy import limits
from portal.audit.models import Event
from portal.outbox.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def supervisor(make_actor):
    return make_actor("supervisor")


@pytest.fixture
def ask(at_institution, support):
    def do(days=30, reason="要等发卡行答复。", actor=support):
        actions.ask_extension(at_institution, actor=actor, days=days, reason=reason)

    return do


def last_event(case, type_) -> dict:
    return json.loads(Event.objects.filter(subject=case.subject, type=type_).latest("pk").text)


def due_day(case) -> str:
    return f"{timezone.localdate(case.due_at):%m-%d}"


def test_a_second_person_makes_the_limit_longer(at_institution, ask, supervisor):
    assert due_day(at_institution) == "12-08"
    ask()
    assert due_day(at_institution) == "12-08"  # asking changes nothing yet
    actions.approve_extension(at_institution, actor=supervisor)
    assert due_day(at_institution) == "12-23"
    state = clocks.current(at_institution)
    assert (state.extended, state.limit.days) == (True, 30)
    line = at_institution.messages.get(event="extended")
    told = events.line(line)
    assert "延到 12月23日 周三 24:00。理由：要等发卡行答复。" in told
    assert Entry.objects.filter(topic="case.extended").count() == 2  # customer, merchant
    assert last_event(at_institution, "case.extended")["after"]["limit"]["amount"] == 30


def test_supervisors_hear_that_somebody_waits_for_them(ask, supervisor):
    ask()
    told = Entry.objects.filter(topic="case.extension_asked")
    assert [entry.recipient for entry in told] == [supervisor.user.email]


@pytest.mark.parametrize("answer", ["approve", "refuse"])
def test_whoever_asked_hears_the_answer(at_institution, ask, supervisor, support, answer):
    """Who has the case is told by the policy's table; who asked may be somebody else."""
    ask()
    getattr(actions, f"{answer}_extension")(at_institution, actor=supervisor)
    what = {"approve": "extension_approved", "refuse": "extension_refused"}[answer]
    told = Entry.objects.get(topic=f"case.{what}")
    assert told.recipient == support.user.email
    assert f"/desk/cases/{at_institution.number}/" in told.payload["body"]
    notice = InAppNotice.objects.get(what=what)
    assert (notice.user, notice.read_at) == (support.user, None)


def test_nobody_is_their_own_second_person(at_institution, ask, supervisor):
    ask(actor=supervisor)
    with pytest.raises(actions.NotAllowed):
        actions.approve_extension(at_institution, actor=supervisor)
    row = at_institution.extensions.get()
    row.answered_by, row.answer = supervisor.user, Extension.Answer.APPROVED
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()  # the database holds it too


def test_two_accounts_of_one_human_being_are_one_pair_of_eyes(
    at_institution, ask, supervisor, make_actor
):
    other = make_actor("supervisor")
    other.user.person = supervisor.user.person  # as an administrator says (join_accounts)
    other.user.save(update_fields=["person"])
    ask(actor=supervisor)
    assert not Entry.objects.filter(topic="case.extension_asked").exists()
    with pytest.raises(actions.NotAllowed):
        actions.approve_extension(at_institution, actor=other)


def test_refused_it_stays_as_it_was_and_may_be_asked_again(at_institution, ask, supervisor):
    ask()
    actions.refuse_extension(at_institution, actor=supervisor)
    assert due_day(at_institution) == "12-08"
    ask(days=20)
    actions.approve_extension(at_institution, actor=supervisor)
    assert due_day(at_institution) == "12-13"
    assert [row.answer for row in at_institution.extensions.all()] == ["refused", "approved"]


def test_a_pause_before_it_still_counts(
    at_institution, ask, supervisor, support, say, pass_time, new_key, consumer_of
):
    actions.ask_consumer(at_institution, actor=support, body="?", submission_key=new_key())
    pass_time(days=4)
    say(at_institution, consumer_of(at_institution))
    ask()
    actions.approve_extension(at_institution, actor=supervisor)
    assert due_day(at_institution) == "12-27"


@pytest.mark.parametrize("days", [None, 0, 15, 61, True])
def test_it_wants_more_than_now_and_no_more_than_the_most(at_institution, ask, days):
    with pytest.raises(actions.Invalid) as refused:
        ask(days=days)
    assert refused.value.field == "extend_to"


def test_it_wants_a_reason(at_institution, ask):
    with pytest.raises(actions.Invalid) as refused:
        ask(reason="  ")
    assert refused.value.field == "extend_why"


def test_what_is_late_is_not_made_longer(at_institution, ask, supervisor, pass_time):
    ask()
    pass_time(days=16)
    with pytest.raises(actions.WrongState):
        actions.approve_extension(at_institution, actor=supervisor)
    at_institution.refresh_from_db()
    assert at_institution.extension_by is not None


def test_closed_meanwhile_it_lapses(at_institution, ask, close, support):
    ask()
    close(at_institution, support)
    assert at_institution.extensions.get().answer == "lapsed"
    assert at_institution.extension_by is None


# --- From the central bank's branch -------------------------------------------------------------


def test_a_forwarded_complaint_has_a_clock_of_its_own_from_the_day_it_came(case, support):
    actions.note_forwarded(case, actor=support, on=date(2026, 11, 20), reference=" 银转 12 号 ")
    assert (case.stage, case.forwarded_ref) == ("institution", "银转 12 号")
    states = {state.clock: state for state in clocks.of(case)}
    assert timezone.localdate(states["forwarded_answer"].due_at) == date(2026, 12, 5)
    assert timezone.localdate(states["institution_answer"].due_at) == date(2026, 12, 8)
    assert (case.due_clock, due_day(case)) == ("forwarded_answer", "12-05")


def test_it_does_not_wait_for_the_customer(at_institution, support, new_key):
    actions.note_forwarded(at_institution, actor=support, on=date(2026, 11, 23), reference="12")
    actions.ask_consumer(at_institution, actor=support, body="?", submission_key=new_key())
    states = {state.clock: state for state in clocks.of(at_institution)}
    assert states["institution_answer"].stands_still
    assert states["forwarded_answer"].state == "running"
    assert (at_institution.due_clock, due_day(at_institution)) == ("forwarded_answer", "12-08")


def test_it_is_seen_to_be_late_while_the_customer_is_waited_for(
    at_institution, support, new_key, pass_time
):
    actions.note_forwarded(at_institution, actor=support, on=date(2026, 11, 23), reference="12")
    actions.ask_consumer(at_institution, actor=support, body="?", submission_key=new_key())
    pass_time(days=30)
    late = Case.objects.filter(queue.overdue(timezone.now()))
    assert late.get() == at_institution


@pytest.mark.parametrize("on", [None, date(2026, 11, 24), date(2026, 9, 1)])
def test_it_wants_a_day_that_can_be(at_institution, support, on):
    with pytest.raises(actions.Invalid) as refused:
        actions.note_forwarded(at_institution, actor=support, on=on, reference="12")
    assert refused.value.field == "forwarded_on"


# --- Newer rules --------------------------------------------------------------------------------


def test_moved_to_the_new_rules_a_case_keeps_every_pause(
    case, support, supervisor, say, consumer_of, pass_time, new_key
):
    actions.ask_consumer(case, actor=support, body="?", submission_key=new_key())
    pass_time(hours=10)
    say(case, consumer_of(case))
    before = clocks.current(case)
    slower = limits.DEFAULTS | {"merchant_first_reply": {"amount": 48, "unit": "hours"}}
    PolicyVersion.objects.create(number=2, limits=slower)
    assert clocks.current(case).due_at == before.due_at
    actions.move_policy(case, actor=supervisor, reason="按新规则办")
    after = clocks.current(case)
    assert after.intervals == before.intervals
    assert after.due_at == before.due_at + timedelta(hours=24)
    assert case.due_at == after.due_at
    told = last_event(case, "case.policy_moved")
    assert (told["before"]["policy"], told["after"]["policy"]) == (1, 2)
    assert told["reason"] == "按新规则办"


def test_there_must_be_newer_ones_and_a_reason(case, supervisor):
    with pytest.raises(actions.WrongState):
        actions.move_policy(case, actor=supervisor, reason="x")
    PolicyVersion.objects.create(number=2, limits=limits.DEFAULTS)
    with pytest.raises(actions.Invalid):
        actions.move_policy(case, actor=supervisor, reason=" ")


# --- The forms ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "told", "kept"),
    [
        ({"verb": "ask_extension", "extend_to": "99", "extend_why": "等银行"}, "最多 60", "等银行"),
        (
            {"verb": "ask_extension", "extend_to": "30", "extend_why": ""},
            "请写明理由",
            'value="30"',
        ),
        ({"verb": "note_forwarded", "forwarded_ref": "12 号"}, "请填收到转办的日期", "12 号"),
        ({"verb": "note_forwarded", "forwarded_on": "2026-11-20"}, "请填转办单上的编号", "11-20"),
    ],
)
def test_an_error_stands_in_the_small_form_and_what_was_typed_stays(
    client, sign_in, at_institution, form, told, kept
):
    sign_in("support")
    page = client.post(f"/desk/cases/{at_institution.number}/act/", form)
    assert page.status_code == 422
    assert told in page.text
    assert kept in page.text
    assert 'class="composer-errors"' not in page.text


def test_the_second_person_finds_the_reason_and_both_buttons(client, sign_in, at_institution, ask):
    ask()
    sign_in("supervisor")
    page = client.get(f"/desk/cases/{at_institution.number}/").text
    assert "申请把时限延到 30 天" in page
    assert "要等发卡行答复。" in page
    client.post(f"/desk/cases/{at_institution.number}/act/", {"verb": "approve_extension"})
    at_institution.refresh_from_db()
    assert due_day(at_institution) == "12-23"
