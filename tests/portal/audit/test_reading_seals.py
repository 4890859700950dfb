"""Who read what cannot be changed afterwards by whoever has the database."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.db import transaction

from portal import audit
from portal.audit import reading, reading_seals
from portal.audit.inspection import inspect
from portal.audit.models import Event, Reading
from portal.erasure import retention
from portal.outbox.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed(support, clock):
    """Three hours of readings, sealed."""
    for _ in range(3):
        reading.note(support, "case:2611-0001", "payment:1")
        clock.shift(timedelta(hours=1))
    clock.shift(timedelta(hours=2))
    assert reading_seals.seal() == 3
    assert reading_seals.seal() == 0, "once"


def faults() -> list[str]:
    return [fault.what for fault in inspect().faults if fault.what == "readings"]


def test_what_was_sealed_is_as_it_was(sealed, support):
    reading.note(support, "case:2611-0002")  # of an hour that is not over
    assert faults() == []


@pytest.mark.parametrize(
    "tamper",
    [
        lambda rows: rows.order_by("pk")[0].delete(),
        lambda rows: rows.filter(pk=rows.order_by("pk")[2].pk).update(reader="user:another"),
        lambda rows: rows.filter(pk=rows.order_by("pk")[2].pk).update(subject="case:2611-0009"),
        lambda rows: rows.filter(window=rows.order_by("pk")[4].window).delete(),
        lambda rows: _written_in(rows, hours=0),
        lambda rows: _written_in(rows, hours=-5),
        lambda rows: rows.all().delete(),
        lambda rows: _written_in(rows, hours=-2_000_000),
        lambda rows: rows.filter(pk=rows.order_by("pk")[0].pk).update(window=10**8),
        lambda rows: _laid_elsewhere(rows),
    ],
    ids=[
        "gone",
        "reader",
        "subject",
        "an hour gone",
        "written in",
        "an hour of none",
        "all gone",
        "long ago",
        "window",
        "elsewhere",
    ],
)
def test_a_change_is_found(sealed, tamper):
    tamper(Reading.objects)
    assert faults()


def test_it_lies_open_for_minutes_only(support, clock):
    every = timedelta(seconds=django_settings.CELERY_BEAT_SCHEDULE["reading-seals"]["schedule"])
    assert every + reading_seals.SETTLED <= timedelta(minutes=7)
    reading.note(support, "case:2611-0001")
    clock.shift(reading_seals.SETTLED)
    assert reading_seals.seal() == 0, "its page may still be at work"
    clock.shift(timedelta(seconds=1))
    reading.note(support, "case:2611-0002")
    assert reading_seals.seal() == 1
    assert faults() == []
    Reading.objects.filter(subject="case:2611-0001").update(reader="user:another")
    assert faults()


def test_hours_that_were_sealed_before_there_were_spans_still_count(support, clock):
    reading.note(support, "case:2611-0001")
    window = Reading.objects.get().window // 6 * 6
    hour = reading_seals._span({"hour": window})
    number, digest = reading_seals._digest(hour)
    with transaction.atomic():
        audit.record(
            reading_seals.SUBJECT,
            reading_seals.SEALED,
            actor=reading_seals.ACTOR,
            after={"hour": window, "readings": number, "digest": digest},
        )
    clock.shift(timedelta(hours=2))
    reading.note(support, "case:2611-0002")
    clock.shift(timedelta(hours=1))
    assert (reading_seals.seal(), faults()) == (1, [])
    Reading.objects.filter(subject="case:2611-0001").delete()
    assert faults()


def _written_in(rows, hours: int) -> None:
    row = rows.order_by("pk")[0]
    row.pk, row.reader = None, "user:invented"
    row.at += timedelta(hours=hours)
    row.window = reading.window_of(row.at)
    row.save()


def _laid_elsewhere(rows) -> None:
    row = rows.order_by("pk")[0]
    row.pk, row.reader, row.window = None, "user:invented", 10**8
    row.save()


def test_the_purge_after_a_year_is_no_fault_and_hides_none(sealed, support, clock):
    clock.shift(timedelta(days=django_settings.RETENTION["readings"] - 1))
    reading.note(support, "case:2611-0003")
    clock.shift(timedelta(days=1, hours=3))
    reading_seals.seal()
    assert retention.enforce()["readings"] == 6
    assert Reading.objects.count() == 1
    assert faults() == []
    Reading.objects.update(reader="user:another")
    assert faults()


def test_what_went_out_is_forgotten_in_time(clock):
    from portal.outbox import post

    with transaction.atomic():
        post.mail("done", to="a@example.org", topic="t", subject="s", body="b")
        post.mail("waits", to="b@example.org", topic="t", subject="s", body="b")
    Entry.objects.filter(effect_key="done").update(state="done")
    clock.shift(timedelta(days=31))
    assert retention.enforce()["addresses"] == 1
    assert set(Entry.objects.values_list("recipient", flat=True)) == {"", "b@example.org"}
    clock.shift(timedelta(days=366))
    assert retention.enforce()["outbox"] == 1
    assert [entry.effect_key for entry in Entry.objects.all()] == ["waits"]


def test_a_dry_run_changes_nothing(sealed, clock, capsys):
    from django.core.management import call_command

    clock.shift(timedelta(days=400))
    before = Reading.objects.count(), Event.objects.count()
    call_command("retention")
    assert (Reading.objects.count(), Event.objects.count()) == before
    assert "6" in next(line for line in capsys.readouterr().out.splitlines() if "查看记录" in line)
