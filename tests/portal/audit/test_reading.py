"""Who saw what: one row each, in one statement, and in nobody's way who audits."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from portal.audit import reading
from portal.audit.models import Reading

pytestmark = pytest.mark.django_db
What = Reading.What


def test_it_says_who_for_whom_and_what(make_actor, clock):
    clerk = make_actor("clerk")
    reading.note(clerk, "payment:1", what=What.PRINTED)
    row = Reading.objects.get()
    assert (row.reader, row.role) == (clerk.id, "clerk")
    assert row.organisation == str(clerk.organisation.public_id)
    assert (row.subject, row.what, row.at) == ("payment:1", "printed", timezone.now())


def test_it_is_one_statement_however_much_was_shown(support, django_assert_num_queries):
    with django_assert_num_queries(1):
        reading.note(support, *(f"payment:{number}" for number in range(50)), what=What.LISTED)
    assert Reading.objects.count() == 50
    with django_assert_num_queries(0):
        reading.note(support)


def test_it_is_kept_once_in_ten_minutes(support, make_actor, clock):
    """The clock stands at 15:40, where ten minutes begin."""
    for _ in range(3):
        reading.note(support, "case:1", "case:1")
        clock.shift(timedelta(minutes=3))
    assert Reading.objects.count() == 1
    reading.note(support, "case:1", what=What.CONTACT)
    reading.note(make_actor("support"), "case:1")
    assert Reading.objects.count() == 3, "another deed, another person"
    clock.shift(timedelta(minutes=1))
    reading.note(support, "case:1")
    assert Reading.objects.count() == 4, "the next ten minutes"


def test_what_somebody_saw_is_counted_once_a_thing(support, make_actor, clock):
    reading.note(support, "case:1", "case:2")
    reading.note(support, "case:2", what=What.CONTACT)
    reading.note(make_actor("support"), "case:3")
    clock.shift(timedelta(minutes=30))
    reading.note(support, "case:2", "payment:1")
    now = timezone.now()
    assert reading.number_seen(support.id, now - timedelta(hours=1)) == 3
    assert reading.number_seen(support.id, now - timedelta(minutes=5)) == 2
    assert reading.number_seen(support.id, now - timedelta(hours=1), What.CONTACT) == 1
    assert [row.subject for row in reading.readers_of("case:3")] == ["case:3"]
    assert reading.readers_of("case:2").count() == 3


@pytest.fixture
def no_writes(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise DatabaseError("cannot execute INSERT in a read-only transaction")

    monkeypatch.setattr(reading, "_write", refuse)


def test_what_cannot_be_written_down_is_not_shown(client, sign_in, case, no_writes):
    sign_in("support")
    with pytest.raises(DatabaseError):
        client.get(f"/desk/cases/{case.number}/")


def test_an_auditor_reads_where_nothing_can_be_written(client, sign_in, case, no_writes, caplog):
    sign_in("auditor")
    assert client.get(f"/desk/cases/{case.number}/").status_code == 200
    assert "reading_not_recorded" in caplog.text
