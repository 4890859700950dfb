"""Files that are expected, and the day on which one does not come."""

from datetime import date, time, timedelta

import pytest
from django.core.management import CommandError, call_command

from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.audit.models import Event
from portal.outbox.models import Entry
from receipts.imports import load
from receipts.models import FileSource, Payment
from receipts.watch import days, expected, sources
from tests.receipts.imports.conftest import SALE, write

__all__ = ["write"]

YESTERDAY = date(2026, 11, 22)


def agree(clock, *arguments, name: str = "night", pattern: str = "night-*.csv") -> FileSource:
    """What was agreed a week ago."""
    clock.shift(timedelta(days=-7))
    call_command("file_source", name, "--pattern", pattern, *arguments)
    clock.shift(timedelta(days=7))
    # Nobody looked in between, and nobody was to.
    FileSource.objects.filter(name=name).update(alarmed_on=YESTERDAY)
    return FileSource.objects.get(name=name)


@pytest.fixture
def night_file(db, clock) -> FileSource:
    """Due at 06:30; it is Monday, 15:40."""
    return agree(clock, "--due", "06:30")


@pytest.fixture
def by_hand(db, clock, write):
    """Load a file of this name with the command's own function."""

    def load_it(name: str) -> None:
        assert not load.load_file(write([SALE], name), actor=Actor.system("test")).error

    return load_it


def alarms() -> int:
    return Event.objects.filter(type="expected_file_missing").count()


def test_a_file_that_does_not_come_is_told_once_a_day(night_file, look, clock, make_member):
    make_member("operations")
    assert look().missing == ["night"]
    assert look().missing == []
    assert Event.objects.filter(type="expected_file_missing").count() == 1
    mail = Entry.objects.get(kind="mail")
    assert mail.payload["subject"] == "night 11月23日 的文件没有来"
    assert "06:30" in mail.payload["body"]
    clock.shift(timedelta(days=1))
    assert look().missing == ["night"]


def test_nothing_is_missing_before_its_time(night_file, look, clock):
    look()  # Monday's
    clock.shift(timedelta(hours=14))  # 05:40 of the next day
    assert look().missing == []


def test_nothing_is_missing_when_it_came(night_file, look, lay, clock):
    lay("night-1123.csv")
    assert look(settled_seconds=-1e12).missing == []
    night_file.refresh_from_db()
    assert f"{night_file.last_came_on}" == "2026-11-23"


def test_another_file_is_not_the_one_expected(night_file, look, lay, clock):
    lay("day-1123.csv")
    assert look(settled_seconds=-1e12).missing == ["night"]


def test_yesterdays_bytes_under_todays_name_are_not_todays_file(night_file, look, lay, clock):
    lay("night-1123.csv")
    look(settled_seconds=-1e12)
    clock.shift(timedelta(days=1))
    lay("night-1124.csv")
    assert look(settled_seconds=-1e12).missing == ["night"]


def test_a_broken_file_is_not_the_one_expected(night_file, look, lay, clock):
    lay("night-1123.csv", content=b"")
    assert look(settled_seconds=-1e12).missing == ["night"]


def test_a_source_has_its_format(db, look, lay, tmp_path):
    mapping = tmp_path / "mine.toml"
    mapping.write_text(
        'name = "mine"\n[columns]\nmerchant_no = "shop"\nsource_id = "no"\namount = "fen"\n'
        'date_time = "at"\n[values]\namount = "fen"\n',
        encoding="utf-8",
    )
    call_command("file_source", "mine", "--pattern", "*.txt", "--format", str(mapping))
    lay("a.txt", content=b"shop,no,fen,at\n898521058120001,T-1,38650,2026-11-20 14:05:33\n")
    assert look().loaded == ["a.txt"]
    assert Payment.objects.get().amount_minor == 38650


def test_a_mapping_file_that_is_gone_is_told_and_not_fatal(db, look, lay, tmp_path):
    FileSource.objects.create(name="x", pattern="*", format=str(tmp_path / "gone.toml"))
    lay()
    assert look().broken == ["a.csv"]


def test_sources_are_listed_and_removed_and_the_trail_knows(night_file, capsys):
    call_command("file_source")
    assert "night  night-*.csv  canonical  daily  due 06:30  never came" in capsys.readouterr().out
    call_command("file_source", "night", "--remove")
    assert not FileSource.objects.exists()
    types = Event.objects.filter(subject="file_source:night").order_by("sequence")
    assert [event.type for event in types] == ["file_source_set", "file_source_removed"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["Night", "--pattern", "*"],
        ["night"],
        ["night", "--pattern", "a/*"],
        ["night", "--pattern", "*", "--format", "nothing"],
        ["night", "--pattern", "*", "--due", "half past six"],
        ["night", "--remove"],
        ["night", "--pattern", "*", "--days", "someday"],
        ["night", "--pattern", "*", "--days", ","],
        ["night", "--pattern", "*", "--grace", "-1"],
        ["night", "--pattern", "*", "--grace", "721"],
    ],
)
def test_what_is_no_source_is_refused_in_words(db, arguments):
    with pytest.raises(CommandError):
        call_command("file_source", *arguments)


# --- the days --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "expected_days"),
    [
        ("daily", "18 19 20 21 22 23 24"),
        ("weekdays", "18 19 20 23 24"),
        ("mon, SUN", "22 23"),
    ],
)
def test_a_rule_says_on_which_days(rule, expected_days):
    rule = days.read(rule)
    november = [date(2026, 11, day) for day in range(18, 25)]
    found = [f"{day:%d}" for day in november if days.is_expected(rule, day)]
    assert " ".join(found) == expected_days


def test_working_days_know_holidays_and_make_up_days(db):
    # 2026: the Spring Festival is off from 15 to 23 February, 14 and 28 February are worked.
    february = [date(2026, 2, day) for day in range(12, 29)]
    worked = [day.day for day in february if days.is_expected("working", day)]
    assert worked == [12, 13, 14, 24, 25, 26, 27, 28]
    assert days.is_expected("working", date(2041, 2, 15))  # a Friday nobody has a notice of yet
    assert not days.is_expected("working", date(2041, 2, 16))


def test_on_a_day_without_a_file_nothing_is_missing(db, look, clock):
    agree(clock, "--due", "06:30", "--days", "tue,wed")
    assert look().missing == []
    clock.shift(timedelta(days=1))
    assert look().missing == ["night"]


# --- the hour --------------------------------------------------------------------------------


def test_grace_is_given_before_the_alarm(db, look, clock):
    agree(clock, "--due", "15:00", "--grace", "60")
    assert look().missing == []  # 15:40
    clock.shift(timedelta(minutes=20))
    assert look().missing == ["night"]


def test_grace_may_last_beyond_midnight(db, look, by_hand, clock):
    agree(clock, "--due", "23:30", "--grace", "60")
    clock.shift(timedelta(hours=8, minutes=30))  # 00:10 of Tuesday
    assert look().missing == []
    by_hand("night-1123.csv")
    look()
    assert FileSource.objects.get().last_came_on == date(2026, 11, 23)
    clock.shift(timedelta(hours=24, minutes=30))  # 00:40 of Wednesday
    assert look().missing == ["night"]
    assert FileSource.objects.get().missing_for == date(2026, 11, 24)


def test_an_alarm_is_not_lost_where_nobody_looked_before_midnight(db, look, clock):
    agree(clock, "--due", "23:30")
    clock.shift(timedelta(hours=9))  # 00:40 of Tuesday
    assert look().missing == ["night"]
    assert look().missing == []


def test_what_is_agreed_now_was_not_due_this_morning(db, look, clock):
    call_command("file_source", "night", "--pattern", "night-*.csv", "--due", "06:30")
    assert look().missing == []
    clock.shift(timedelta(days=1))
    assert look().missing == ["night"]


# --- when it comes after all -----------------------------------------------------------------


def test_a_missing_file_that_comes_ends_the_alarm_and_is_told(
    night_file, look, lay, clock, make_member
):
    make_member("operations")
    look()
    lay("night-1123.csv")
    look(settled_seconds=-1e12)
    night_file.refresh_from_db()
    assert (night_file.missing_for, f"{night_file.last_came_on}") == (None, "2026-11-23")
    event = Event.objects.get(type="expected_file_came")
    assert '"day":"2026-11-23"' in event.text
    subjects = [entry.payload["subject"] for entry in Entry.objects.order_by("pk")]
    assert subjects[-1] == "night 的文件来了"
    look()
    assert Event.objects.filter(type="expected_file_came").count() == 1


def test_a_file_that_somebody_loads_by_hand_has_come_too(night_file, look, by_hand):
    look()
    by_hand("night-1123.csv")
    assert look().missing == []
    night_file.refresh_from_db()
    assert night_file.missing_for is None
    assert night_file.last_file.name == "night-1123.csv"


def test_each_alarm_is_one_whoever_looks(night_file, clock):
    assert expected.notice() == ["night"]
    assert expected.notice() == []
    assert alarms() == 1


# --- who may ---------------------------------------------------------------------------------


def test_operations_change_a_source_and_the_trail_knows_what(night_file, make_actor):
    actor = make_actor("operations")
    sources.put(
        "night", pattern="n-*.csv", format="canonical", due_at=time(7), days="mon", actor=actor
    )
    event = Event.objects.filter(type="file_source_set").order_by("sequence").last()
    assert event.actor == actor.id
    assert '"pattern":"n-*.csv"' in event.text
    assert '"pattern":"night-*.csv"' in event.text


def test_a_change_that_changes_nothing_leaves_no_event(night_file, make_actor):
    sources.put(
        "night",
        pattern="night-*.csv",
        format="canonical",
        due_at=time(6, 30),
        actor=make_actor("operations"),
    )
    assert Event.objects.filter(type="file_source_set").count() == 1


@pytest.mark.parametrize("role", ["supervisor", "auditor", "support", "administrator", "manager"])
def test_nobody_else_does(night_file, make_actor, role):
    actor = make_actor(role)
    with pytest.raises(NotAllowed):
        sources.put("night", pattern="*", format="canonical", actor=actor)
    with pytest.raises(NotAllowed):
        sources.remove("night", actor=actor)


def test_a_pattern_that_cannot_be_kept_is_told_at_its_field(db, make_actor):
    with pytest.raises(Invalid) as refused:
        sources.put("x", pattern="a\x00b", format="canonical", actor=make_actor("operations"))
    assert refused.value.field == "pattern"
