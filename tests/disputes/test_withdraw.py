import pytest

from disputes import actions, clocks
from portal.audit.models import Event
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db


def test_the_customer_takes_the_request_back(clock, case, consumer_of, shop):
    Entry.objects.all().delete()
    actions.withdraw(case, actor=consumer_of(case))
    case.refresh_from_db()
    assert (case.status, case.closing_reason, case.due_at) == ("withdrawn", "withdrawn", None)
    assert {s.state for s in clocks.of(case)} == {"stopped"}
    assert [e.recipient for e in Entry.objects.all()] == [shop.manager.user.email]
    assert case.messages.last().event == "withdrawn"


def test_a_second_tap_does_nothing(case, consumer_of):
    for _ in range(2):
        actions.withdraw(case, actor=consumer_of(case))
    assert Event.objects.filter(type="case.withdrawn").count() == 1


def test_what_was_decided_can_no_longer_be_withdrawn(case, consumer_of, support, close):
    close(case, support)
    with pytest.raises(actions.WrongState, match="办结"):
        actions.withdraw(case, actor=consumer_of(case))


def test_at_the_institution_it_works_as_well(at_institution, consumer_of):
    actions.withdraw(at_institution, actor=consumer_of(at_institution))
    assert (at_institution.stage, at_institution.status) == ("institution", "withdrawn")


def test_nobody_else_withdraws(case, support, shop, open_case, consumer_of):
    other = consumer_of(open_case(contact="other@example.org"))
    for actor in (support, shop.manager, other):
        with pytest.raises(actions.NotAllowed):
            actions.withdraw(case, actor=actor)
