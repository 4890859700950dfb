"""A stored slip handed to a browser that may have it, against an empty view: through the server and
the settings of `manage.py serve`, over one connection that stays open, the two taking turns.

CPU of the server's process, so that neither the client nor a neighbour on the machine counts. The
application alone, called as the server calls it, is the stricter figure: what both share is less.
"""

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPConnection
from io import BytesIO

import psutil  # type: ignore[import-untyped]

from bench.figures import Figure

REQUESTS = {"small": 240, "full": 3_000}  # of each kind
TURN = 40  # requests of one kind before the other's turn
EMPTY = "/healthz"


def run(scale: str) -> list[Figure]:
    slip, headers = stored_slip()
    count = REQUESTS[scale]
    with serving() as (connection, process):
        through = taking_turns(
            [EMPTY, slip], count, lambda path: by_server(connection, process, path, headers)
        )
    alone = taking_turns([EMPTY, slip], count, lambda path: by_application(path, headers))
    note = f"{through[EMPTY] * 1000:.2f} and {through[slip] * 1000:.2f} ms of CPU"
    return [
        Figure(
            "stored slip, against an empty view", through[slip] / through[EMPTY], "×", 3, note=note
        ),
        Figure(
            "  the application alone",
            alone[slip] / alone[EMPTY],
            "×",
            note=f"{alone[EMPTY] * 1000:.2f} and {alone[slip] * 1000:.2f} ms",
        ),
    ]


def stored_slip() -> tuple[str, dict[str, str]]:
    """The address of a slip that is issued, and the headers of a browser that may have it."""
    from django.conf import settings
    from django.test import RequestFactory

    from portal.accounts.actor import Actor
    from portal.gate import passes
    from portal.site import preparing
    from receipts.models import Merchant, Payment
    from receipts.slip.issue import issue_slip

    preparing.migrate(lambda line: None)
    merchant, _ = Merchant.objects.get_or_create(
        merchant_no="898653058120137", defaults={"name": "半山听雨茶餐厅（江北店）"}
    )
    payment = Payment.objects.create(
        merchant=merchant,
        status="settled",
        card_tail="4821",
        amount_minor=38650,
        occurred_at=datetime(2026, 11, 22, 11, 42, tzinfo=UTC),
        local_date=date(2026, 11, 22),
    )
    issue_slip(payment, actor=Actor.system("bench"))
    first = RequestFactory().get("/")
    passes.grant(first, "payment", str(payment.pk), timedelta(hours=1))
    cookie = f"{passes.cookie_name()}={first._new_pass}"  # type: ignore[attr-defined]
    return f"/payment/{payment.pk}/slip.pdf", {"Host": settings.ALLOWED_HOSTS[0], "Cookie": cookie}


def taking_turns(
    paths: list[str], count: int, ask: Callable[[str], list[float]]
) -> dict[str, float]:
    """Seconds of CPU that one request of each takes."""
    for path in paths:
        ask(path)  # warm
    taken: dict[str, list[float]] = {path: [] for path in paths}
    for _turn in range(max(count // TURN, 1)):
        for path, seconds in taken.items():
            seconds.extend(ask(path))
    return {path: statistics.fmean(seconds) for path, seconds in taken.items()}


@contextmanager
def serving() -> Iterator[tuple[HTTPConnection, psutil.Process]]:
    """One process of the server that `manage.py serve` starts, and a connection to it."""
    from portal.site.management.commands.serve import web_command

    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", *web_command("127.0.0.1", port, workers=1, threads=4)]
    server = subprocess.Popen(command, env=os.environ | {"PORT": str(port)})
    try:
        with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            end = time.monotonic() + 60
            while not _answers(connection):
                if time.monotonic() > end or server.poll() is not None:
                    raise RuntimeError("The server does not answer.")
                time.sleep(0.1)
            yield connection, psutil.Process(server.pid).children()[0]
    finally:
        server.terminate()
        server.wait(20)


def _answers(connection: HTTPConnection) -> bool:
    try:
        connection.request("GET", EMPTY)
        return connection.getresponse().read() != b""
    except OSError:
        connection.close()
        return False


def by_server(
    connection: HTTPConnection, process: psutil.Process, path: str, headers: dict[str, str]
) -> list[float]:
    """A turn of requests; the clock of another process's CPU is too coarse for one."""
    before = sum(process.cpu_times()[:2])
    for _request in range(TURN):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200 or not content or answer.will_close:
            raise RuntimeError(f"{path}: {answer.status}")
    return [(sum(process.cpu_times()[:2]) - before) / TURN]


def by_application(path: str, headers: dict[str, str]) -> list[float]:
    from django.test import RequestFactory

    from portal.wsgi import application

    taken = []
    for _request in range(TURN):
        environ = RequestFactory().get(path).environ | {
            "HTTP_HOST": headers["Host"],
            "HTTP_COOKIE": headers["Cookie"],
            "wsgi.input": BytesIO(),
        }
        answered: list[str] = []
        began = time.process_time()
        answer = application(environ, lambda status, headers, *rest: answered.append(status))  # type: ignore[arg-type]  # noqa: B023
        content = b"".join(answer)
        taken.append(time.process_time() - began)
        answer.close()
        if not answered[0].startswith("200") or not content:
            raise RuntimeError(f"{path}: {answered[0]}")
    return taken
