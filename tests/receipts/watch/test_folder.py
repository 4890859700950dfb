"""Files laid down: taken when whole, moved when done, reported when broken."""

import fcntl
import json
import os

import pytest
from django.core.management import CommandError, call_command

from portal.audit.models import Event
from portal.outbox.models import Entry
from receipts import tasks
from receipts.imports import load
from receipts.models import ImportFile, Payment
from receipts.watch import taking


def report(inbox, name: str) -> dict:
    return json.loads(next(inbox.rglob(f"{name}.report.json")).read_text(encoding="utf-8"))


def test_a_whole_file_is_loaded_and_moved_with_its_report(lay, look, names, inbox):
    lay()
    assert look().loaded == ["a.csv"]
    assert Payment.objects.count() == 1
    assert (names("done"), names("taking")) == (["a.csv"], [])
    said = report(inbox, "a.csv")
    assert (said["read"], said["created"], said["put_aside"]) == (1, 1, 0)
    assert said["import"] == ImportFile.objects.get().pk


def test_a_file_that_changed_a_moment_ago_is_left(lay, look, old, names):
    old(lay())
    assert look(settled_seconds=60).loaded == []
    assert not Payment.objects.exists()
    assert names("taking") == []


@pytest.mark.parametrize("name", [".a.csv", "a.csv.part", "a.csv.TMP", "a.csv~", "a.csv.filepart"])
def test_a_file_under_a_temporary_name_is_left(lay, look, name):
    path = lay(name)
    assert look() == taking.Look()
    assert path.exists()


def test_a_file_that_is_renamed_when_whole_is_taken(lay, look):
    path = lay("a.csv.part")
    look()
    path.rename(path.with_suffix(""))
    assert look().loaded == ["a.csv"]


def test_the_same_bytes_again_change_nothing_and_no_file_is_written_over(lay, look, names, inbox):
    for _ in range(2):
        lay()
        look()
    assert names("done") == ["a.2.csv", "a.csv"]
    assert report(inbox, "a.2.csv")["already"] is True
    assert ImportFile.objects.count() == 1


def test_a_file_that_grows_while_it_is_read_waits_for_the_next_look(lay, look, names, monkeypatch):
    lay()
    monkeypatch.setattr(
        load, "load_file", lambda path, *_, **__: load.Loaded(path, error="changed_while_read")
    )
    assert look().later == ["a.csv"]
    assert names("taking") == ["a.csv"]
    monkeypatch.undo()
    assert look().loaded == ["a.csv"]


def test_what_a_killed_load_left_is_taken_up(lay, look, inbox):
    path = lay()
    (inbox / "taking").mkdir()
    path.rename(inbox / "taking" / "a.csv")
    assert look().loaded == ["a.csv"]


def test_a_file_that_fails_us_does_not_hold_the_others_up(lay, look, monkeypatch):
    lay("a.csv")
    lay("b.csv", voucher_no="000002")
    real = load.load_file

    def fail_on_a(path, *arguments, **options):
        if path.name == "a.csv":
            raise ZeroDivisionError
        return real(path, *arguments, **options)

    monkeypatch.setattr(load, "load_file", fail_on_a)
    result = look()
    assert (result.loaded, result.later) == (["b.csv"], ["a.csv"])


def test_a_broken_file_is_moved_and_operations_are_told(lay, look, names, make_member, inbox):
    make_member("operations")
    make_member("support")
    lay(content=b"")
    assert look().broken == ["a.csv"]
    assert names("broken") == ["a.csv"]
    assert report(inbox, "a.csv")["error"] == "empty_file"
    event = Event.objects.get(type="watch_file_broken")
    assert '"reason":"empty_file"' in event.text
    mail = Entry.objects.get(kind="mail")
    assert mail.payload["subject"] == "未能导入文件 a.csv"
    assert "文件是空的" in mail.payload["body"]
    assert look().broken == []


def test_a_link_out_of_the_folder_is_not_read(look, names, inbox, tmp_path):
    outside = tmp_path / "outside.csv"
    outside.write_text("merchant_no,amount,date,time\n")
    (inbox / "a.csv").symlink_to(outside)
    (inbox / "b.csv").symlink_to(tmp_path / "nothing")
    assert sorted(look().broken) == ["a.csv", "b.csv"]
    assert report(inbox, "a.csv")["error"] == "symbolic_link"
    assert not ImportFile.objects.exists()
    assert outside.exists()


def test_a_pipe_does_not_make_the_look_wait(look, inbox):
    os.mkfifo(inbox / "a.csv")
    assert look().broken == ["a.csv"]


def test_a_folder_in_it_is_left(look, inbox):
    (inbox / "archive").mkdir()
    assert look() == taking.Look()


def test_two_looks_at_one_time_are_one(lay, look, inbox):
    lay()
    with (inbox / ".watch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert look().is_busy
    assert look().loaded == ["a.csv"]


def test_the_worker_looks_where_the_setting_says(lay, inbox, settings, db):
    settings.WATCH_FOLDER, settings.WATCH_SETTLED_SECONDS = str(inbox), 0
    lay()
    tasks.watch_folder()
    assert Payment.objects.count() == 1


def test_the_command_says_what_it_did(lay, inbox, settings, capsys, db):
    settings.WATCH_SETTLED_SECONDS = 0
    lay("a.csv")
    lay("b.csv", content=b"")
    with pytest.raises(SystemExit) as ended:
        call_command("watch_folder", str(inbox))
    assert ended.value.code == 1
    assert capsys.readouterr().out.splitlines() == ["loaded: a.csv", "broken: b.csv"]


@pytest.mark.parametrize("arguments", [[], ["/nowhere/at/all"]])
def test_without_a_folder_the_command_says_so(arguments, db):
    with pytest.raises(CommandError):
        call_command("watch_folder", *arguments)
