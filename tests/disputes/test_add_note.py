import pytest

from disputes import actions
from disputes.models import Message
from portal.audit.models import Event
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def note(new_key):
    return lambda case, actor, body="看一下监控。": actions.add_note(
        case, actor=actor, body=body, submission_key=new_key()
    )


def test_only_the_writers_own_organisation_reads_it(
    case, shop, support, note, make_actor, consumer_of
):
    ours, theirs = note(case, support), note(case, shop.clerk)

    def read_by(actor):
        return set(Message.objects.visible_to(actor).filter(audience="internal"))

    assert read_by(make_actor("supervisor")) == {ours}
    assert read_by(make_actor("auditor")) == {ours}
    assert read_by(shop.manager) == {theirs}
    assert read_by(consumer_of(case)) == set()


def test_nobody_is_told_and_nothing_of_the_case_moves(case, support, note):
    Entry.objects.all().delete()
    before = type(case).objects.filter(pk=case.pk).values().get()
    note(case, support)
    assert type(case).objects.filter(pk=case.pk).values().get() == before
    assert not Entry.objects.exists()


def test_it_never_becomes_the_last_word_that_the_other_side_reads(case, support, note):
    note(case, support, "这家店第三次了")
    case.refresh_from_db()
    assert "第三次" not in case.last_word


def test_a_closed_case_can_still_be_noted_on(case, support, note, close):
    close(case, support)
    assert note(case, support)


def test_its_words_are_in_the_trail_only_as_a_commitment(case, support, note):
    note(case, support, "看一下监控。")
    event = Event.objects.get(type="case.noted")
    assert "监控" not in event.text
    assert event.openings.get().value == "看一下监控。"


def test_the_form_sent_twice_is_one_note(case, support, new_key):
    key = new_key()
    first, second = (
        actions.add_note(case, actor=support, body="记", submission_key=key) for _ in "ab"
    )
    assert first == second
