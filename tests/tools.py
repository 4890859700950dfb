"""Programs that tests start: found or named, run in a folder of their own, stopped afterwards."""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.db import DEFAULT_DB_ALIAS, connections

from portal.site.management.commands.serve import worker_command

ROOT = Path(__file__).resolve().parent.parent


def together(*deeds: Callable[[], object]) -> list:
    """Each deed in a thread and on a connection of its own, all starting together: what each gave
    or raised, in their order. Wants `transaction=True`."""
    gate, results = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(place, deed):
        try:
            gate.wait(timeout=20)
            results[place] = deed()
        except Exception as error:
            results[place] = error
        finally:
            connections[DEFAULT_DB_ALIAS].close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return results


def at_once(*deeds: Callable[[], object]) -> tuple[list, list[str]]:
    """As `together`: what was given, and apart from it what was raised (the cause, where there is
    one)."""
    results = together(*deeds)
    failed = [each for each in results if isinstance(each, Exception)]
    return (
        [each for each in results if not isinstance(each, Exception)],
        [repr(each.__cause__ or each) for each in failed],
    )


def find(*names: str) -> str:
    """The first of these programs that is here. Without one the test is skipped; with CI=true,
    where a missing tool is a fault, it fails."""
    for name in names:
        if path := shutil.which(name):
            return path
    return missing(f"{names[0]} is not installed")


def missing(reason: str):
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}, and with CI=true nothing is skipped")
    pytest.skip(reason)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(what: Callable[[], bool], seconds: float = 20, name: str = "") -> None:
    """Wait, at most `seconds`, until `what()` is true."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            pytest.fail(f"waited {seconds} s for {name or what.__name__}")
        time.sleep(0.05)


def wait_for_port(port: int, seconds: float = 20) -> None:
    def answers() -> bool:
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_until(answers, seconds, f"port {port}")


@contextmanager
def running(command: list[str], log: Path, **environment: str) -> Iterator[subprocess.Popen]:
    """A program in a session of its own, ended with all that it started."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            stop(process)


def stop(process: subprocess.Popen, seconds: float = 15) -> int:
    """Ask it to end; after `seconds` end it. Its exit code."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return process.returncode


def database_url() -> str:
    """Where the database of the running test can be opened from another process."""
    from urllib.parse import quote

    from django.db import connection

    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{given['NAME']}"
    host = given["HOST"]
    server = f"{quote(given['USER'])}:{quote(given['PASSWORD'])}@{host}:{given['PORT']}"
    socket_folder = given.get("OPTIONS", {}).get("host", "")
    tail = f"?host={socket_folder}" if socket_folder else ""
    return f"postgres://{server.rstrip(':')}/{given['NAME']}{tail}"


def queue_folder(var: Path) -> dict[str, str]:
    """The folders of the embedded queue under `var`, as portal/settings.py lays them out."""
    for name in ("queue", "control"):
        (var / "broker" / name).mkdir(parents=True, exist_ok=True)
    queue = str(var / "broker" / "queue")
    return {
        "data_folder_in": queue,
        "data_folder_out": queue,
        "control_folder": str(var / "broker" / "control"),
    }


@contextmanager
def worker(folder: Path, broker: str) -> Iterator[Path]:
    """A real Celery worker with beat, on the database of the running test; where its mails go."""
    mails = folder / "mails"
    command = [sys.executable, "-m", *worker_command()]
    command[command.index("warning")] = "info"  # it says at this level that it is ready
    log = folder / "worker.log"
    environment = {
        "VAR_DIR": str(folder / "var"),
        "DATABASE_URL": database_url(),
        "CELERY_BROKER_URL": broker,
        "EMAIL_URL": f"filemail:///{mails}",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    with running(command, log, **environment) as process:
        wait_until(
            lambda: process.poll() is not None or " ready." in log.read_text(errors="replace"),
            30,
            "the worker",
        )
        if process.poll() is not None:
            pytest.fail(f"the worker ended: {log.read_text(errors='replace')[-2000:]}")
        yield mails
