"""`manage.py serve`: really started, on a free port, with the embedded set-up in a folder."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import closing
from urllib.request import urlopen

import psutil
import pytest

from tests import migrated, tools


@pytest.fixture(scope="module")
def installation(tmp_path_factory) -> dict[str, str]:
    """The environment of an embedded installation: its own folder, migrated, nothing in it."""
    folder = tmp_path_factory.mktemp("installation")
    environment = {
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'xiaopiao.sqlite3'}",
        "CELERY_BROKER_URL": "filesystem://",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "LOG_LEVEL": "INFO",
        "PUBLIC_URL": "",  # unset: the address follows the port
        "ALLOWED_HOSTS": "127.0.0.1",
    }
    migrated.sqlite(folder / "xiaopiao.sqlite3")
    manage("migrate", "--verbosity", "0", **environment)
    return environment


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=tools.ROOT,
        env=os.environ | environment,
        check=True,
        capture_output=True,
        text=True,
    )


pytestmark = pytest.mark.xdist_group("serve")  # one installation serves them all


class Serving:
    """One running `serve` and what it has written so far."""

    def __init__(self, process: subprocess.Popen, port: int, log):
        self.process, self.port, self.log = process, port, log

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def ready(self) -> bool:
        if self.process.poll() is not None:
            pytest.fail(f"serve ended with {self.process.returncode}: {self.said()[-3000:]}")
        return f"127.0.0.1:{self.port}" in self.said()

    def get(self, path: str) -> bytes:
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.read()

    def children(self) -> dict[str, psutil.Process]:
        found = {}
        for child in psutil.Process(self.process.pid).children():
            found["web" if "gunicorn" in " ".join(child.cmdline()) else "worker"] = child
        return found


@pytest.fixture
def serving(installation, tmp_path):
    port = tools.free_port()
    log = tmp_path / "serve.log"
    command = [sys.executable, "manage.py", "serve", "--port", str(port), "--workers", "1"]
    with tools.running(command, log, **installation) as process:
        serving = Serving(process, port, log)
        tools.wait_until(serving.ready, 60)
        yield serving


def gone(*processes: psutil.Process) -> bool:
    return not any(
        each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in processes
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_and_ends_whole_when_asked(serving, number):
    assert json.loads(serving.get("/readyz"))["parts"]["broker"] == "ok"
    family = psutil.Process(serving.process.pid).children(recursive=True)
    assert set(serving.children()) == {"web", "worker"}
    serving.process.send_signal(number)
    assert serving.process.wait(20) == 0
    assert gone(*family)


@pytest.mark.parametrize("part", ["web", "worker"])
def test_it_stops_both_and_says_so_when_one_dies(serving, part):
    family = psutil.Process(serving.process.pid).children(recursive=True)
    serving.children()[part].kill()
    assert serving.process.wait(20) != 0
    assert f"{part} ended by itself" in serving.said()
    tools.wait_until(lambda: gone(*family), 15, "all to end")


def test_it_names_a_port_that_is_in_use(installation):
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(subprocess.CalledProcessError) as error:
            manage("serve", "--port", str(port), **installation)
    assert f"make run PORT={port + 1}" in error.value.stderr
    assert "Traceback" not in error.value.stderr


def test_it_prints_no_sign_in_where_there_is_no_sample_data(serving):
    # The last line; the address, by which it is known to be ready, is the first.
    tools.wait_until(lambda: "Ctrl-C" in serving.said(), name="the end of what it says")
    assert "TOTP" not in serving.said()
