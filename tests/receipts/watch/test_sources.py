"""Files that are expected, and the day on which one does not come."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from portal.audit.models import Event
from portal.outbox.models import Entry
from receipts.models import FileSource, Payment


@pytest.fixture
def night_file(db) -> FileSource:
    """Due at 06:30; it is Monday, 15:40."""
    call_command("file_source", "night", "--pattern", "night-*.csv", "--due", "06:30")
    return FileSource.objects.get()


def test_a_file_that_does_not_come_is_told_once_a_day(night_file, look, clock, make_member):
    make_member("operations")
    assert look().missing == ["night"]
    assert look().missing == []
    assert Event.objects.filter(type="expected_file_missing").count() == 1
    mail = Entry.objects.get(kind="mail")
    assert mail.payload["subject"] == "night 今天的文件没有来"
    assert "06:30" in mail.payload["body"]
    clock.shift(timedelta(days=1))
    assert look().missing == ["night"]


def test_nothing_is_missing_before_its_time(night_file, look, clock):
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
    assert "night  night-*.csv  canonical  due 06:30  never came" in capsys.readouterr().out
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
    ],
)
def test_what_is_no_source_is_refused_in_words(db, arguments):
    with pytest.raises(CommandError):
        call_command("file_source", *arguments)
