import json

import pytest

from disputes import actions
from disputes.actions.assign import assignable
from portal.audit.models import Event
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db


def events():
    return Event.objects.filter(type="case.assigned")


def test_it_gives_the_case_to_a_colleague_and_back_to_nobody(case, support, make_actor):
    colleague = make_actor("operations")
    actions.assign(case, actor=support, assignee=colleague.user)
    assert case.assignee == colleague.user
    actions.assign(case, actor=support, assignee=None)
    case.refresh_from_db()
    assert case.assignee is None


def test_the_trail_names_both_by_their_pseudonyms(case, support):
    actions.assign(case, actor=support, assignee=support.user)
    told = json.loads(events().get().text)
    assert (told["before"]["assignee"], told["after"]["assignee"]) == ("", support.id)


def test_the_same_again_does_nothing(case, support):
    for _ in range(2):
        actions.assign(case, actor=support, assignee=support.user)
    assert events().count() == 1


def test_nobody_outside_hears_of_it(case, support):
    Entry.objects.all().delete()
    actions.assign(case, actor=support, assignee=support.user)
    assert not Entry.objects.exists()


@pytest.mark.parametrize("role", ["auditor", "administrator", "manager"])
def test_it_gives_no_case_to_somebody_who_does_not_work_on_cases(case, support, make_actor, role):
    with pytest.raises(actions.Invalid) as error:
        actions.assign(case, actor=support, assignee=make_actor(role).user)
    assert error.value.field == "assignee"


def test_somebody_who_has_left_gets_no_case(case, support, make_member):
    member = make_member("support")
    member.is_active = False
    member.save()
    with pytest.raises(actions.Invalid):
        actions.assign(case, actor=support, assignee=member.user)
    assert assignable() == [support.user]


def test_a_closed_case_is_given_to_nobody(case, support, close):
    close(case, support)
    with pytest.raises(actions.WrongState):
        actions.assign(case, actor=support, assignee=support.user)


def test_the_clocks_and_the_state_stay(case, support):
    before = (case.stage, case.status, case.due_at, case.clock_events.count())
    actions.assign(case, actor=support, assignee=support.user)
    assert (case.stage, case.status, case.due_at, case.clock_events.count()) == before
