import pytest

from disputes import actions, policy
from portal.audit.models import Event
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def go_on(new_key, consumer_of):
    return lambda case, key=None: actions.continue_case(
        case, actor=consumer_of(case), body="还是不对。", submission_key=key or new_key()
    )


def offered(case, actor) -> bool:
    return "continue_case" in {verb.name for verb in policy.allowed(case, actor)}


@pytest.mark.parametrize("verb", ["resolve", "reject"])
def test_the_institution_gets_what_did_not_satisfy(clock, case, shop, close, go_on, verb):
    close(case, shop.manager, verb)
    Entry.objects.all().delete()
    message = go_on(case)
    case.refresh_from_db()
    assert (case.stage, case.status, case.continued) == ("institution", "new", 1)
    assert (case.due_clock, case.closed_at, case.closing_reason) == ("institution_answer", None, "")
    assert [e.recipient for e in Entry.objects.all()] == [shop.manager.user.email]
    assert message.event == "continued"


def test_taking_up_what_one_withdrew_is_no_repeat(case, consumer_of, go_on):
    actions.withdraw(case, actor=consumer_of(case))
    go_on(case)
    assert (case.stage, case.continued) == ("institution", 0)


def test_it_counts_each_time(case, support, close, go_on):
    for _ in range(2):
        close(case, support)
        go_on(case)
    assert case.continued == 2


def test_it_is_possible_for_thirty_days(clock, pass_time, case, support, close, consumer_of, go_on):
    close(case, support)
    pass_time(days=30)
    assert offered(case, consumer_of(case))
    pass_time(seconds=1)
    assert not offered(case, consumer_of(case))
    with pytest.raises(actions.WrongState, match="重新提出"):
        go_on(case)


def test_the_last_moment_is_enough(clock, pass_time, case, support, close, go_on):
    close(case, support)
    pass_time(days=30)
    go_on(case)
    assert case.is_open


def test_an_open_case_needs_no_continuing(case, go_on):
    with pytest.raises(actions.WrongState, match="直接补充"):
        go_on(case)


def test_the_form_sent_twice_counts_once(case, support, close, go_on, new_key):
    close(case, support)
    key = new_key()
    assert go_on(case, key) == go_on(case, key)
    assert case.continued == 1
    assert Event.objects.filter(type="case.continued").count() == 1


def test_only_the_customer_continues(case, support, shop, close, new_key):
    close(case, support)
    for actor in (support, shop.manager):
        with pytest.raises(actions.NotAllowed):
            actions.continue_case(case, actor=actor, body="?", submission_key=new_key())
