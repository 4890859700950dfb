"""The way up: the register, what comes from above with its own clock, the addresses."""

import json
import uuid
from datetime import date, timedelta

import pytest
from django.utils import timezone

from disputes import actions, clocks
from disputes.models import AddressBook, UpwardEntry
from disputes.policy import addresses
from disputes.register import What
from disputes.tasks import tell_deadlines
from portal.accounts.errors import Invalid, NotAllowed
from portal.audit.models import Event
from tests.disputes.deeds import letter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]  # 23 November 2026, 15:40


def states(case) -> dict:
    return {state.clock: state for state in clocks.of(case)}


def day(at) -> str:
    return f"{timezone.localdate(at):%m-%d}"


@pytest.fixture
def asked(at_institution, support):
    line = letter(What.FILE_REQUEST, reference="银调 7 号")
    actions.note_request(at_institution, actor=support, line=line)
    return at_institution


# --- What comes from above ----------------------------------------------------------------------


def test_a_request_for_the_file_has_its_own_clock_from_its_own_day(open_case, support, pass_time):
    case = open_case()
    actions.escalate(case, actor=support)
    pass_time(days=3)
    line = letter(What.FILE_REQUEST, on=date(2026, 11, 24))
    actions.note_request(case, actor=support, line=line)
    assert case.stage == "upward"
    # Five working days after Tuesday, 24 November: the institution's own limit runs on beside it.
    assert day(states(case)["file_request"].due_at) == "12-01"
    assert (case.due_clock, day(case.due_at)) == ("file_request", "12-01")
    assert states(case)["institution_answer"].state == "running"
    event = json.loads(Event.objects.get(type="case.file_requested").text)
    assert (event["after"]["on"], "reference" in event["after"]) == ("2026-11-24", False)


def test_sending_it_stops_the_clock_and_the_next_request_gets_its_own_day(
    asked, support, pass_time
):
    pass_time(days=1)
    actions.note_request(asked, actor=support, line=letter(What.FILE_REQUEST, party="court"))
    first, second = asked.upward.all()
    actions.answer_request(asked, actor=support, line=letter(What.ANSWER, answers=first.number))
    runs = [state for state in clocks.of(asked) if state.clock == "file_request"]
    assert [run.state for run in runs] == ["stopped", "running"]
    assert day(runs[1].due_at) == "12-01"
    line = letter(What.ANSWER, party="court", answers=second.number)
    actions.answer_request(asked, actor=support, line=line)
    assert not clocks.runs(asked, "file_request")
    with pytest.raises(actions.WrongState):
        actions.answer_request(asked, actor=support, line=letter(What.ANSWER, answers=1))


def test_it_opens_a_closed_case_again_and_a_notice_of_acceptance_does_not(
    at_institution, support, close
):
    close(at_institution, support)
    actions.note_accepted(at_institution, actor=support, line=letter(What.ACCEPTED))
    assert (at_institution.stage, at_institution.status) == ("upward", "resolved")
    actions.note_request(at_institution, actor=support, line=letter(What.FILE_REQUEST))
    assert (at_institution.stage, at_institution.status) == ("upward", "working")
    assert (at_institution.closed_at, at_institution.handled_days) == (None, None)


def test_a_decision_after_the_deadline_is_entered_and_what_was_late_stays_late(
    asked, support, pass_time, close
):
    pass_time(days=40)
    actions.note_decision(asked, actor=support, line=letter(What.DECISION, on=date(2026, 12, 3)))
    assert asked.stage == "institution"
    found = states(asked)
    assert (found["file_request"].state, found["file_request"].kept) == ("stopped", False)
    assert found["institution_answer"].state == "missed"
    # Ten working days from 3 December had passed already: missed at once, and told by the sweep.
    assert (found["decision_from_above"].state, day(found["decision_from_above"].due_at)) == (
        "missed",
        "12-17",
    )
    assert asked.tell_at is not None
    close(asked, support)
    assert not clocks.live(asked)


def test_a_forwarded_complaint_stands_in_the_register_and_opens_a_closed_case(
    at_institution, support, close
):
    close(at_institution, support)
    actions.note_forwarded(at_institution, actor=support, on=date(2026, 11, 20), reference="12 号")
    entry = at_institution.upward.get()
    assert (entry.what, entry.direction, entry.reference) == ("forwarded", "in", "12 号")
    assert (at_institution.status, at_institution.due_clock) == ("working", "forwarded_answer")


# --- What may not be entered --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"on": None}, "up_on"),
        ({"on": date(2026, 11, 24)}, "up_on"),  # tomorrow
        ({"on": date(2026, 11, 22)}, "up_on"),  # before the case
        ({"party": "nobody"}, "up_party"),
        ({"way": ""}, "up_way"),
        ({"reference": " "}, "up_reference"),
        ({"answers": 9}, "up_answers"),
    ],
)
def test_it_wants_what_can_be(at_institution, support, values, field):
    with pytest.raises(actions.Invalid) as refused:
        actions.note_request(
            at_institution, actor=support, line=letter(What.FILE_REQUEST, **values)
        )
    assert refused.value.field == field
    assert (at_institution.upward.count(), clocks.runs(at_institution, "file_request")) == (
        0,
        False,
    )


def test_the_same_form_twice_is_one_line_and_the_same_letter_twice_is_refused(
    at_institution, support
):
    line = letter(What.DECISION, reference="银决 1 号")
    first = actions.note_decision(at_institution, actor=support, line=line)
    assert actions.note_decision(at_institution, actor=support, line=line) == first
    again = letter(What.DECISION, reference="银决 1 号")
    with pytest.raises(actions.Invalid, match="已经登记过"):
        actions.note_decision(at_institution, actor=support, line=again)
    with pytest.raises(actions.Invalid):  # the key of another form
        actions.note_request(
            at_institution,
            actor=support,
            line=letter(What.FILE_REQUEST, submission_key=line.submission_key),
        )
    assert UpwardEntry.objects.count() == 1


def test_an_answer_is_not_older_than_its_question_and_needs_a_file_that_is_there(asked, support):
    early = letter(What.ANSWER, answers=1, on=date(2026, 11, 22))
    with pytest.raises(actions.Invalid) as refused:
        actions.answer_request(asked, actor=support, line=early)
    assert refused.value.field == "up_on"
    with pytest.raises(actions.Invalid) as refused:
        actions.answer_request(asked, actor=support, line=letter(What.CASE_FILE, answers=1, file=1))
    assert refused.value.field == "up_file"


# --- The page -----------------------------------------------------------------------------------


def test_the_desk_enters_both_ways_and_sees_what_waits(client, sign_in, at_institution):
    sign_in("support")
    page = f"/desk/cases/{at_institution.number}/upward/"
    form = {
        "do": "in",
        "submission_key": str(uuid.uuid4()),
        "in_what": "file_request",
        "in_party": "central_bank",
        "in_way": "system",
        "in_on": "2027-02-29",
        "in_reference": "银调 7 号",
    }
    refused = client.post(page, form)
    assert refused.status_code == 422
    assert "请填日期" in refused.text
    assert "银调 7 号" in refused.text
    assert client.post(page, form | {"in_on": "2026-11-23"}).status_code == 302
    told = client.get(page).text
    assert "调取材料的要求" in told
    assert "11月30日 周一 24:00</time> 前" in told
    sent = {"do": "out", "out_what": "answer", "out_party": "central_bank", "out_way": "letter"}
    client.post(page, sent | {"out_on": "2026-11-23", "out_answers": "1"})
    at_institution.refresh_from_db()
    assert not clocks.runs(at_institution, "file_request")


@pytest.mark.parametrize(("role", "answer"), [("auditor", 302), ("administrator", 403)])
def test_who_may_not_enters_nothing(client, sign_in, at_institution, role, answer):
    sign_in(role)
    page = f"/desk/cases/{at_institution.number}/upward/"
    assert client.post(page, {"do": "out", "out_what": "other"}).status_code == answer
    assert UpwardEntry.objects.count() == 0


# --- Addresses ----------------------------------------------------------------------------------


def test_the_administrator_keeps_the_addresses_and_the_customer_sees_them(
    client, make_actor, support
):
    admin = make_actor("administrator")
    told = addresses.entries_now() | {
        "court": {"name": "重庆市渝中区人民法院", "telephone": "", "address": "和平路", "hours": ""}
    }
    book = addresses.new_book(told, note="迁址", after=0, actor=admin)
    assert (book.number, addresses.current()["court"].address) == (1, "和平路")
    assert "重庆市渝中区人民法院" in client.get("/rights/").text
    assert "12363" in client.get("/rights/").text
    with pytest.raises(Invalid):  # somebody was quicker
        addresses.new_book(told, note="再改", after=0, actor=admin)
    with pytest.raises(Invalid):
        addresses.new_book(told, note="一样", after=1, actor=admin)
    with pytest.raises(NotAllowed):
        addresses.new_book({}, note="改", after=1, actor=support)
    assert AddressBook.objects.count() == 1
    assert Event.objects.filter(subject="addresses:1", type="addresses.changed").exists()


def test_a_deadline_from_above_is_told_of_before_and_after(asked, pass_time):
    pass_time(days=7)
    tell_deadlines()
    pass_time(days=3)
    tell_deadlines()
    told = Event.objects.filter(subject=asked.subject, type__in=["case.due_soon", "case.overdue"])
    words = [json.loads(event.text)["after"]["clock"] for event in told]
    assert words.count("file_request") == 2


# --- A limit that the letter itself names -------------------------------------------------------


def test_a_day_named_in_the_letter_counts_and_not_the_policys(at_institution, support, pass_time):
    named = letter(What.DECISION, due_on=date(2026, 11, 28))  # a Saturday
    actions.note_decision(at_institution, actor=support, line=named)
    state = states(at_institution)["decision_from_above"]
    assert f"{timezone.localtime(state.due_at):%m-%d %H:%M}" == "11-28 23:59"
    assert (state.extended, at_institution.due_clock) == (False, "decision_from_above")
    event = json.loads(Event.objects.get(type="case.decided_above").text)
    assert event["after"]["due_on"] == "2026-11-28"
    first = letter(What.FILE_REQUEST, due_on=date(2026, 11, 23))  # today
    actions.note_request(at_institution, actor=support, line=first)
    second = letter(What.FILE_REQUEST, due_on=date(2026, 12, 20))
    actions.note_request(at_institution, actor=support, line=second)
    assert day(states(at_institution)["file_request"].due_at) == "11-23"
    answered = at_institution.upward.get(due_on=date(2026, 11, 23)).number
    actions.answer_request(at_institution, actor=support, line=letter("answer", answers=answered))
    runs = [state for state in clocks.of(at_institution) if state.clock == "file_request"]
    assert [day(run.due_at) for run in runs] == ["11-23", "12-20"]


@pytest.mark.parametrize(
    ("what", "due_on"),
    [
        (What.FILE_REQUEST, date(2026, 11, 22)),  # before the letter came
        (What.FILE_REQUEST, date(2027, 11, 25)),  # a wrong year
        (What.OTHER, date(2026, 11, 28)),  # nothing is wanted of us
    ],
)
def test_a_day_that_cannot_be_is_refused_at_its_field(at_institution, support, what, due_on):
    verb = actions.note_request if what == What.FILE_REQUEST else actions.note_reply
    with pytest.raises(actions.Invalid) as refused:
        verb(at_institution, actor=support, line=letter(what, due_on=due_on))
    assert refused.value.field == "up_due_on"
    assert at_institution.upward.count() == 0


def test_a_forwarded_complaint_may_name_its_day(client, sign_in, at_institution):
    sign_in("support")
    act = f"/desk/cases/{at_institution.number}/act/"
    form = {"verb": "note_forwarded", "forwarded_on": "2026-11-20", "forwarded_ref": "12 号"}
    refused = client.post(act, form | {"forwarded_due": "2026-11-19"})
    assert "一年以内" in refused.text
    assert "12 号" in refused.text
    client.post(act, form | {"forwarded_due": "2026-12-01"})
    at_institution.refresh_from_db()
    assert (at_institution.due_clock, day(at_institution.due_at)) == ("forwarded_answer", "12-01")


# --- The customer goes up -----------------------------------------------------------------------


def test_nobody_went_up_about_a_payment_before_it_was_made(at_institution, consumer_of):
    made = timezone.localdate(at_institution.payment.occurred_at)
    line = letter(What.GONE_UP, on=made - timedelta(days=1))
    with pytest.raises(actions.Invalid, match="在这笔消费之前"):
        actions.say_gone_up(at_institution, actor=consumer_of(at_institution), line=line)
    line = letter(What.GONE_UP, on=made)
    assert actions.say_gone_up(at_institution, actor=consumer_of(at_institution), line=line)


def test_a_customer_says_that_they_have_gone_up(client, at_institution, hold, sign_in):
    hold(at_institution)
    page = f"/case/{at_institution.number}/gone-up/"
    form = {"party": "central_bank", "on": "2026-11-24", "reference": "12363-889"}
    refused = client.post(page, form)  # tomorrow
    assert refused.status_code == 422
    assert "日期还没到" in refused.text
    assert 'value="12363-889"' in refused.text
    for _twice in range(2):
        assert client.post(page, form | {"on": "2026-11-23"}).status_code == 302
    entry = at_institution.upward.get()
    assert (entry.direction, entry.what, entry.entered_by) == ("told", "gone_up", None)
    case_page = client.get(f"/case/{at_institution.number}/").text
    assert "您告诉我们，您已向中国人民银行分支机构（12363）反映。" in case_page
    assert "客户说" not in case_page
    told = client.get(page).text.partition("您告诉过我们的")[2].partition("</section>")[0]
    assert "今天" in told
    assert "12363-889" in told
    before = (at_institution.stage, at_institution.status)
    at_institution.refresh_from_db()
    assert (at_institution.stage, at_institution.status) == before
    sign_in("support")
    told = client.get(f"/desk/cases/{at_institution.number}/upward/").text
    assert "12363-889" in told
