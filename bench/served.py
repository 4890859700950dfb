"""The real server for a bench, and one connection to it."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode, urlsplit

HIGH = "1000000"


@contextmanager
def serving(**environment: str) -> Iterator[int]:
    """One gunicorn process of four threads on this connection's database; its port."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from portal.site.management.commands import serve

    if not (settings.STATIC_ROOT / "staticfiles.json").exists():  # of this very bench
        call_command("collectstatic", interactive=False, verbosity=0)
    port = _free_port()
    name = connection.settings_dict["NAME"]
    url = f"sqlite:///{name}"
    if connection.vendor == "postgresql":  # the server that was given, and the database of now
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    process = subprocess.Popen(
        [sys.executable, "-m", *serve.web_command("127.0.0.1", port, workers=1, threads=4)],
        env=os.environ | {"DATABASE_URL": url, "PUBLIC_URL": "", "PORT": str(port)} | environment,
    )
    try:
        end = time.monotonic() + 600  # on a machine with much other work
        while True:
            try:
                Browser(port).get("/healthz")
                break
            except OSError:
                if time.monotonic() > end or process.poll() is not None:
                    raise
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    import socket
    from contextlib import closing

    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Browser:
    """One connection that stays open, with its cookies. Times are seconds to the last byte."""

    def __init__(self, port: int, cookies: dict[str, str] | None = None):
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies = dict(cookies or {})
        self.took = 0.0
        self.body = b""

    def get(self, path: str, **headers: str) -> HTTPResponse:
        return self._send("GET", path, None, headers)

    def post(self, path: str, form: dict[str, str], **headers: str) -> HTTPResponse:
        fields = form | {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self._send("POST", path, urlencode(fields), headers)

    def _send(self, method: str, path: str, body: str | None, headers: dict) -> HTTPResponse:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self._exchange(method, path, body, sent | {"Cookie": cookies})
        for line in answer.headers.get_all("Set-Cookie", []):
            if match := re.match(r"([^=]+)=([^;]*)", line):
                self.cookies[match[1]] = match[2]
        return answer

    def _exchange(self, method: str, path: str, body: str | None, headers: dict) -> HTTPResponse:
        """A connection that lay still too long is closed by the server; then, as browsers do, once
        more on a new one."""
        for is_last in (False, True):
            try:
                began = time.perf_counter()
                self.connection.request(method, path, body, headers)
                answer = self.connection.getresponse()
                self.body = answer.read()
                self.took = time.perf_counter() - began
                break
            except (BrokenPipeError, ConnectionResetError):
                self.connection.close()
                if is_last:
                    raise
        return answer
