"""Serves the product and its background worker together, in the foreground.

For one machine: what `make run` starts, and good enough for a small installation behind a proxy.
Neither part is restarted in silence: when one ends, both end, with its exit code.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.site import preparing, welcome

PATIENCE = 15  # seconds that a part may take to end by itself
START = 60  # seconds that a start may take
UNAVAILABLE = 503


class Command(BaseCommand):
    help = "Serve the web pages (gunicorn) and the background worker (Celery with beat)."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--workers", type=int, default=web_processes(), help="web processes")
        parser.add_argument("--threads", type=int, default=4, help="threads of each")
        parser.add_argument(
            "--prepare",
            action="store_true",
            help="first migrate, collect static files, and make sample data when there is none",
        )

    def handle(self, *, host, port, workers, threads, prepare, **_options):
        self.stopping = False
        self.children: dict[str, subprocess.Popen] = {}
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.stop)
        refuse_a_port_in_use(host, port)
        if prepare:
            preparing.prepare(self.stdout.write)
        # The pages and the mails must name the port that is served, whichever way it was given.
        environment = os.environ | {"PORT": str(port)}
        try:
            self.start("web", web_command(host, port, workers, threads), environment)
            ready = self.wait_until_ready(host, port)
            # Only now: both at once would fight for the cores, and somebody waits for the pages.
            # What is posted meanwhile waits in the queue.
            if not self.stopping and not self.dead():
                self.start("worker", worker_command(), environment)
            if ready:
                welcome.write(self.stdout.write, port)
            self.watch()
        finally:
            self.end_all()
        if (code := self.exit_code()) != 0:
            sys.exit(code)

    def start(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        # A session of its own: Ctrl-C reaches this process only, which passes it on.
        self.children[name] = subprocess.Popen(  # noqa: S603  our own command
            [sys.executable, "-m", *command], env=environment, start_new_session=True
        )

    def stop(self, _number, _frame) -> None:
        if self.stopping:  # asked twice: no more patience
            for child in self.children.values():
                child.kill()
        self.stopping = True

    def dead(self) -> str:
        """The name of a part that has ended, or nothing."""
        return next((name for name, child in self.children.items() if child.poll() is not None), "")

    def wait_until_ready(self, host: str, port: int) -> bool:
        end = time.monotonic() + START
        answer = None
        while time.monotonic() < end and not self.stopping and not self.dead():
            answer = ask_ready(host, port)
            if answer is True:
                return True
            time.sleep(0.1)
        if answer is not None:
            self.stderr.write(f"Serving, but not ready: {answer}")
        elif not self.stopping and not self.dead():
            self.stderr.write(f"No answer on port {port} after {START} seconds.")
        return False

    def watch(self) -> None:
        while not self.stopping:
            if name := self.dead():
                code = self.children[name].returncode
                self.stderr.write(
                    f"{name} ended by itself (exit code {code}), so both are stopped. "
                    f"{name} 自行退出（退出码 {code}），因此全部停止。"
                )
                self.failed = code if code > 0 else 1
                return
            time.sleep(0.2)

    def end_all(self) -> None:
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        end = time.monotonic() + PATIENCE
        for child in self.children.values():
            try:
                child.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def exit_code(self) -> int:
        return getattr(self, "failed", 0)


def web_processes() -> int:
    """As many as cores; one where the cache is in memory, since each process would count
    sign-in attempts and used one-time codes for itself."""
    if settings.CACHES["default"]["BACKEND"].endswith("LocMemCache"):
        return 1
    return os.cpu_count() or 1


def refuse_a_port_in_use(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        # As gunicorn does: a port whose last connections are only fading away is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used ({error.strerror}). Another one: "
                f"make run PORT={port + 1}\n"
                f"端口 {port} 无法使用，请换一个：make run PORT={port + 1}"
            ) from error


def web_command(host: str, port: int, workers: int, threads: int) -> list[str]:
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    # No access log: paths carry capability tokens.
    return [
        *["gunicorn", "portal.wsgi:application", "--bind", address, "--no-control-socket"],
        *["--worker-class", "gthread", "--workers", str(workers), "--threads", str(threads)],
        *["--graceful-timeout", "10", "--log-level", "warning"],
    ]


def worker_command() -> list[str]:
    return [
        *["celery", "--quiet", "--app", "portal", "worker", "--beat", "--pool", "threads"],
        *["--concurrency", "2", "--loglevel", "warning"],
        # One worker has nobody to gossip with; on the file system it would only leave files.
        *["--without-gossip", "--without-mingle", "--without-heartbeat"],
    ]


def ask_ready(host: str, port: int) -> bool | str | None:
    """True when ready, what is missing when not, None while nobody answers."""
    where = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104  compared, not bound
    where = f"[{where}]" if ":" in where else where
    name = urlsplit(settings.PUBLIC_URL).netloc
    request = Request(f"http://{where}:{port}/readyz", headers={"Host": name})
    try:
        with urlopen(request, timeout=10):  # noqa: S310  our own address
            return True
    except HTTPError as answer:
        return answer.read().decode() if answer.code == UNAVAILABLE else str(answer)
    except (URLError, OSError):
        return None
