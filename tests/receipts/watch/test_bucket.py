"""Files laid into a bucket, on a real server of that kind: taken, moved, reported, never lost."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection
from moto.server import ThreadedMotoServer

from portal.audit.models import Event
from portal.outbox.models import Entry
from portal.storing import watched_files
from receipts import tasks
from receipts.imports import load
from receipts.models import FileSource, ImportFile, Payment
from receipts.watch import bucket, folder, taking
from tests import tools
from tests.receipts.imports.conftest import SALE, as_csv

NAME = "files-of-a-test"
AT = f"s3://{NAME}/in/box"


class Environment(dict):
    """What environ.Env is to the settings: values by name."""

    def __call__(self, name, default=""):
        return self.get(name, default)


@pytest.fixture(scope="module")
def server():
    port = tools.free_port()
    server = ThreadedMotoServer("127.0.0.1", port=port, verbose=False)
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def point(settings, monkeypatch):
    """`point(url)`: the settings that WATCH_FOLDER makes, with that server."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "of-a-test")

    def set_to(url: str) -> None:
        values = Environment(S3_ENDPOINT_URL=url, S3_REGION="us-east-1")
        settings.WATCH_FOLDER = AT
        settings.STORAGES = settings.STORAGES | watched_files(values, AT)

    return set_to


@pytest.fixture
def s3(server, point, db, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    point(server)
    client = storages["watch"].connection.meta.client
    client.create_bucket(Bucket=NAME)
    yield client
    for key in keys(client):
        client.delete_object(Bucket=NAME, Key=key)


def keys(client) -> list[str]:
    found = client.list_objects_v2(Bucket=NAME).get("Contents", [])
    return sorted(each["Key"] for each in found)


@pytest.fixture
def lay(s3):
    def put(name: str = "a.csv", content: bytes | None = None, **changes) -> None:
        body = as_csv([SALE | changes]).encode() if content is None else content
        s3.put_object(Bucket=NAME, Key=f"in/box/{name}", Body=body)

    return put


@pytest.fixture
def today(clock) -> str:
    return "2026-11-23"


def test_a_file_is_loaded_and_moved_with_its_report(s3, lay, today):
    lay()
    assert taking.look_as_set().loaded == ["a.csv"]
    assert Payment.objects.count() == 1
    done = f"in/box/done/{today}/a.csv"
    assert keys(s3) == [done, f"{done}.report.json"]
    report = json.load(s3.get_object(Bucket=NAME, Key=f"{done}.report.json")["Body"])
    assert (report["file"], report["created"]) == ("a.csv", 1)
    assert taking.look_as_set() == taking.Look()


def test_the_worker_looks_there(s3, lay):
    lay()
    tasks.watch_folder()
    assert Payment.objects.count() == 1


def test_a_broken_file_is_moved_and_operations_are_told(s3, lay, today, make_member):
    make_member("operations")
    lay(content=b"nothing of ours\n")
    lay("b.csv", voucher_no="000002")
    result = taking.look_as_set()
    assert (result.loaded, result.broken) == (["b.csv"], ["a.csv"])
    assert f"in/box/broken/{today}/a.csv" in keys(s3)
    assert Event.objects.filter(type="watch_file_broken").count() == 1
    assert Entry.objects.get(kind="mail").payload["subject"] == "未能导入文件 a.csv"


def test_names_of_unfinished_files_and_folders_are_left(s3, lay):
    for name in ("a.csv.part", ".a.csv", "..", "archive/a.csv", "archive/"):
        lay(name)
    before = keys(s3)
    assert taking.look_as_set() == taking.Look()
    assert keys(s3) == before


def test_the_same_name_again_writes_nothing_over(s3, lay, today):
    lay()
    taking.look_as_set()
    lay(voucher_no="000002")
    taking.look_as_set()
    done = [key for key in keys(s3) if not key.endswith(".json")]
    assert done == [f"in/box/done/{today}/a.2.csv", f"in/box/done/{today}/a.csv"]


def test_a_name_longer_than_a_machine_takes_is_loaded(s3, lay):
    lay(f"{'字' * 120}.csv")
    assert len(taking.look_as_set().loaded) == 1


def test_the_source_says_the_format_and_has_come(s3, lay, clock):
    call_command("file_source", "night", "--pattern", "night-*.csv")
    lay("night-1123.csv")
    taking.look_as_set()
    source = FileSource.objects.get()
    assert f"{source.last_came_on}" == "2026-11-23"
    assert source.last_file == ImportFile.objects.get()


def test_an_object_that_is_replaced_while_it_is_read_stays_and_is_loaded_next(s3, lay, monkeypatch):
    lay()
    real = load.load_file

    def replace(path, *arguments, **options):
        loaded = real(path, *arguments, **options)
        monkeypatch.undo()
        lay(voucher_no="000002")
        return loaded

    monkeypatch.setattr(load, "load_file", replace)
    assert taking.look_as_set().loaded == []
    assert "in/box/a.csv" in keys(s3)


def test_the_replaced_object_is_loaded_by_the_next_look(s3, lay):
    lay()
    listed = bucket.of_settings().whole()
    lay(voucher_no="000002")
    result = taking.Look()
    taking._load(listed[0], result)
    assert result == taking.Look()
    assert not Payment.objects.exists()
    assert taking.look_as_set().loaded == ["a.csv"]
    assert Payment.objects.get().voucher_no == "000002"


@pytest.mark.parametrize("step", ["copy", "put_object", "delete_object"])
def test_killed_between_two_steps_of_moving_it_is_as_if_it_had_not_been(
    s3, lay, today, monkeypatch, step
):
    class Killed(BaseException):
        pass

    def kill(*_arguments, **_options):
        raise Killed

    lay()
    place = bucket.of_settings()
    with monkeypatch.context() as killing:
        killing.setattr(place.client, step, kill)
        with pytest.raises(Killed):
            taking.look_at(place)
    assert "in/box/a.csv" in keys(s3)
    assert taking.look_as_set().loaded == ["a.csv"]
    done = f"in/box/done/{today}/a.csv"
    assert keys(s3) == [done, f"{done}.report.json"]
    assert ImportFile.objects.get().read == 1
    assert Payment.objects.count() == 1


def test_a_bucket_that_is_away_is_told_once_and_loses_nothing(
    server, s3, lay, point, make_member, clock
):
    make_member("operations")
    lay()
    point(f"http://127.0.0.1:{tools.free_port()}")
    for _ in range(6):
        result = taking.look_as_set()
    assert result.away == "EndpointConnectionError"
    mail = Entry.objects.get(kind="mail")
    assert mail.payload["subject"] == "放文件的存储桶连不上"
    assert "EndpointConnectionError" in mail.payload["body"]
    point(server)
    assert taking.look_as_set().loaded == ["a.csv"]
    assert cache.get("watch-away") is None


def test_a_bucket_that_is_not_there_is_told_in_words(s3, point, server, capsys, settings):
    settings.STORAGES["watch"]["OPTIONS"]["bucket_name"] = "no-such-bucket"
    settings.STORAGES = dict(settings.STORAGES)
    with pytest.raises(SystemExit) as ended:
        call_command("watch_folder")
    assert ended.value.code == 1
    assert "cannot be reached: NoSuchBucket" in capsys.readouterr().out


def test_expected_files_are_asked_for_while_the_bucket_is_away(s3, point, clock):
    FileSource.objects.create(
        name="night",
        pattern="night-*",
        format="canonical",
        due_at="06:30",
        watched_from="2026-11-01T00:00Z",
        alarmed_on="2026-11-22",
    )
    point(f"http://127.0.0.1:{tools.free_port()}")
    assert taking.look_as_set().missing == ["night"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_load_each_file_once(s3, lay):
    for number in range(1, 7):
        lay(f"{number}.csv", voucher_no=f"{number:06}")
    looks: list[taking.Look] = []

    def work():
        try:
            looks.append(taking.look_as_set())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loaded = [name for look in [*looks, taking.look_as_set()] for name in look.loaded]
    assert sorted(loaded) == [f"{number}.csv" for number in range(1, 7)]
    assert (Payment.objects.count(), ImportFile.objects.count()) == (6, 6)
    assert len([key for key in keys(s3) if "/done/" in key]) == 12


@contextmanager
def another_machine() -> Iterator[None]:
    """That holds the database's lock; SQLite is one machine, where the file's lock is held."""
    if connection.vendor == "sqlite":
        with folder.locked(django_settings.VAR_DIR / "watch.lock"):
            yield
        return
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [bucket._ONE_LOOK])
            yield
            # A server learns of a closed connection a moment later.
            cursor.execute("SELECT pg_advisory_unlock(%s)", [bucket._ONE_LOOK])
    finally:
        other.close()


def test_of_two_machines_one_looks(s3, lay):
    lay()
    with another_machine():
        assert taking.look_as_set().is_busy
    assert taking.look_as_set().loaded == ["a.csv"]


def test_the_settings_say_it_in_one_word(monkeypatch):
    assert watched_files(Environment(), "/srv/inbox") == {}
    options = watched_files(Environment(), "s3://a-bucket/in/")["watch"]["OPTIONS"]
    assert (options["bucket_name"], options["location"]) == ("a-bucket", "in")
