"""Who may change the calendar, what is refused, what stays in the trail."""

import json
from datetime import date

import pytest

from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import Role
from portal.audit.models import Event
from portal.calendar import changes
from portal.calendar.models import NoticeYear, SpecialDay
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(make_actor):
    return make_actor(Role.ADMINISTRATOR)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_administrators_change_it(make_actor, role, invented):
    actor, day = make_actor(role), date(2026, 12, 1)
    with pytest.raises(NotAllowed):
        changes.enter_notice(invented, actor=actor)
    with pytest.raises(NotAllowed):
        changes.set_day(day, works=False, name="", actor=actor, reason="x")
    with pytest.raises(NotAllowed):
        changes.take_back_day(day, actor=actor, reason="x")


def test_the_machine_may_and_nobody_may_not(support):
    assert changes.may_change(Actor.system("calendar")) is True
    assert changes.may_change(support) is False
    assert changes.may_change(None) is False


def test_a_notice_leaves_an_event_and_news(administrator, invented):
    changes.enter_notice(invented, actor=administrator)
    event = Event.objects.get(subject="calendar:2027")
    assert event.type == "calendar.notice_entered"
    assert '["2027-01-03",true]' in event.text
    assert NoticeYear.objects.get().entered_by == administrator.id
    assert Entry.objects.filter(topic="calendar_changed").count() == 1


def test_a_refused_notice_changes_nothing(administrator, invented):
    with pytest.raises(Invalid):
        changes.enter_notice(invented.replace("共3天", "共4天"), actor=administrator)
    assert not SpecialDay.objects.exists()
    assert not Event.objects.filter(subject__startswith="calendar").exists()


def test_a_day_of_its_own_needs_a_reason_and_lies_near(administrator, clock):
    with pytest.raises(Invalid, match="reason"):
        changes.set_day(date(2026, 12, 1), works=False, name="", actor=administrator, reason=" ")
    with pytest.raises(Invalid, match="day"):
        changes.set_day(date(2062, 12, 1), works=False, name="", actor=administrator, reason="x")
    assert not SpecialDay.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "年" * 41}, "name"),
        ({"reason": "因" * 201}, "reason"),
        ({"day": date(2029, 11, 26)}, "day"),
        ({"day": date(2023, 11, 20)}, "day"),
    ],
)
def test_a_day_of_its_own_is_said_in_few_words_and_lies_near(administrator, clock, change, field):
    given = {"day": date(2026, 12, 1), "works": False, "name": "年" * 40, "reason": "因" * 200}
    with pytest.raises(Invalid) as refused:
        changes.set_day(**given | change, actor=administrator)
    assert refused.value.field == field
    changes.set_day(**given, actor=administrator)
    for day in (date(2029, 11, 25), date(2023, 11, 21)):
        changes.set_day(**given | {"day": day}, actor=administrator)


def test_it_is_taken_back_for_a_reason_too(administrator):
    changes.set_day(date(2026, 12, 1), works=False, name="", actor=administrator, reason="x")
    with pytest.raises(Invalid):
        changes.take_back_day(date(2026, 12, 1), actor=administrator, reason=" ")
    assert SpecialDay.objects.exists()


def test_a_day_of_its_own_is_set_changed_and_taken_back(administrator):
    day = date(2026, 12, 1)
    changes.set_day(day, works=False, name="盘点", actor=administrator, reason=" 年底盘点 ")
    changes.set_day(day, works=True, name="", actor=administrator, reason="不盘了")
    assert SpecialDay.objects.get().works
    changes.take_back_day(day, actor=administrator, reason="照旧")
    assert not SpecialDay.objects.exists()
    events = Event.objects.filter(subject="calendar:2026").order_by("sequence")
    assert [event.type for event in events] == [
        "calendar.day_set",
        "calendar.day_set",
        "calendar.day_taken_back",
    ]
    said = [json.loads(event.text)["reason"] for event in events]
    assert said == ["年底盘点", "不盘了", "照旧"]
    assert '"before":{"day":"2026-12-01"}' in events[0].text
    assert '"before":{"day":"2026-12-01","works":false}' in events[1].text
    assert '"before":{"day":"2026-12-01","works":true}' in events[2].text
    with pytest.raises(SpecialDay.DoesNotExist):
        changes.take_back_day(day, actor=administrator, reason="照旧")
