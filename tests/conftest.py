"""What every test may ask for. Real parts throughout: database, broker, worker, files."""

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import kombu
import pytest
import time_machine
from django.conf import settings as django_settings

from portal.queue_folder import Transport
from tests import migrated, tools

pytest_plugins = ["tests.people", "tests.payments", "tests.cases"]

# A Monday in Shanghai, 15:40, in working hours and between two made-up public holidays.
MOMENT = datetime(2026, 11, 23, 7, 40, tzinfo=UTC)


# A test that asks for any of these opens a database.
OPENS_A_DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}


def pytest_addoption(parser):
    parser.addoption(
        "--second-database",
        action="store_true",
        help="leave out what has run on another database and has no part in this one",
    )


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "once: shows the same on every database; a second one is not asked"
    )


def pytest_collection_modifyitems(config, items):
    """The whole suite is run on two databases (setup/test.sh). What no database has a part in, a
    page's look or a parser, is tried on the first alone. docs/decisions/two-databases.md"""
    if not config.getoption("--second-database"):
        return
    kept, left = [], []
    for item in items:
        asks = item.get_closest_marker("django_db") or OPENS_A_DATABASE & set(item.fixturenames)
        once = item.get_closest_marker("once") or not asks
        (left if once else kept).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = kept


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):  # the parallel workers share the folder
        shutil.rmtree(os.environ["TEST_FOLDER"], ignore_errors=True)


def pytest_terminal_summary(terminalreporter):
    """One plain line, so that what was not run is seen without scrolling."""
    from django.db import connection

    count = {
        kind: len(terminalreporter.stats.get(kind, []))
        for kind in ("passed", "failed", "error", "skipped")
    }
    lines = [
        f"On {connection.display_name}: "
        + ", ".join(f"{number} {kind}" for kind, number in count.items())
    ]
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        lines.append(f"  SKIPPED {report.nodeid}: {reason}")
    for line in lines:
        terminalreporter.write_line(line)
    if summary := os.environ.get("TEST_SUMMARY"):  # shown again after the other database's run
        with open(summary, "a", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb) -> bool:
    """On SQLite the test database begins as a file that is there (below)."""
    from django.db import connection

    return django_db_keepdb or connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix) -> None:
    from django.db import connection

    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["TEST"]["NAME"])
        path.parent.mkdir(parents=True, exist_ok=True)
        migrated.sqlite(path)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup):
    from tests.audit import emptied_past_the_guards

    with emptied_past_the_guards():
        yield


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    """Each test has its own folder for slips and uploads."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.AUDIT_MEMORY = str(tmp_path / "signed-last.json")
    settings.ERASURE_LIST = str(tmp_path / "erased.jsonl")
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(settings.MEDIA_ROOT), "base_url": None},
        }
    }
    return settings.MEDIA_ROOT


@pytest.fixture(scope="session", autouse=True)
def signing_key():
    """That of this run's slips, made long before MOMENT: tests set the clock to either side of
    the day on which they run, and the certificate must be valid there."""
    from receipts.slip.signing import make_own

    path = Path(django_settings.VAR_DIR) / "signing" / "own.pem"
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_bytes(make_own(now=MOMENT - timedelta(days=365)))
        path.chmod(0o600)


@pytest.fixture(autouse=True)
def empty_cache():
    """Limits on tries begin anew with each test."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(autouse=True)
def calendar_anew():
    """What a test enters into the working calendar is gone with its database."""
    from portal.calendar import working

    working.forget()


@pytest.fixture
def clock():
    """Time that stands still at MOMENT; `clock.shift(timedelta(…))` moves it."""
    with time_machine.travel(MOMENT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def pass_time(clock) -> Callable[..., None]:
    """`pass_time(hours=3)`"""
    return lambda **span: clock.shift(timedelta(**span))


@pytest.fixture
def run_outbox() -> Callable[[], int]:
    """Deliver what is due, as the worker would, until nothing is; how many entries were tried."""
    from portal.outbox import tasks

    def run() -> int:
        tried = 0
        while now := tasks.sweep():
            tried += now
        return tried

    return run


@pytest.fixture(scope="session")
def redis_broker(tmp_path_factory):
    """The URL of a Redis server of our own, empty, on a free port."""
    server = tools.find("redis-server", "valkey-server")
    folder = tmp_path_factory.mktemp("redis")
    port = tools.free_port()
    arguments = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with tools.running([server, *arguments, "--dir", str(folder)], folder / "log"):
        tools.wait_for_port(port)
        yield f"redis://127.0.0.1:{port}/0"


@pytest.fixture
def use_broker(monkeypatch):
    """`use_broker(url)`: what this test enqueues goes there."""
    from portal.celery import app

    def use(url: str, **options) -> None:
        monkeypatch.setattr(
            app, "connection_for_write", lambda *_a, **_k: kombu.Connection(url, **options)
        )
        monkeypatch.setattr(app.amqp, "_producer_pool", None)

    return use


@pytest.fixture(params=["filesystem", "redis"])
def broker(request, use_broker, tmp_path) -> str:
    """The URL of a real broker, of each kind in turn; what this test enqueues goes there."""
    if request.param == "redis":
        url = request.getfixturevalue("redis_broker")
        use_broker(url)
        return url
    folders = tools.queue_folder(tmp_path / "var")
    use_broker("filesystem://", transport=Transport, transport_options=folders)
    return "filesystem://"


@pytest.fixture
def start_worker(transactional_db, tmp_path):
    """`with start_worker(broker):` runs a real worker with beat on this test's database; mails
    become files in the folder it gives."""
    return lambda broker: tools.worker(tmp_path, broker)


@pytest.fixture
def root() -> Path:
    return Path(django_settings.BASE_DIR)
