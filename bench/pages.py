"""Weight and queries of every page, and the seconds of a warm start."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from bench import tour, weights
from bench.figures import Figure

QUERIES = 25
WARM_START = 10  # seconds
ROOT = Path(__file__).resolve().parent.parent


def run(scale: str) -> list[Figure]:
    from portal.site import demo, preparing

    preparing.migrate(lambda line: None)
    preparing.collect(lambda line: None)
    if scale == "full":
        demo.make()
    else:
        demo.make(payments=4000)
    return [*pages(demo.what_to_try()), warm_start()]


def pages(tips: dict) -> list[Figure]:
    """Of pages of one kind, the dearest."""
    worst: dict[str, tuple[float, str, float]] = {}
    cached: set[str] = set()

    def note(name: str, value: float, unit: str, most: float) -> None:
        worst[name] = (max(value, worst.get(name, (0.0,))[0]), unit, most)

    for page in visits(tips):
        cached = cached or weights.assets_of(page.html)  # the first page is the home page
        note(f"{page.name}: queries", page.queries, "", QUERIES)
        if page.visitor.name == "consumer":
            note(f"{page.name}: first", weights.first_load(page.html), "KB", weights.FIRST_LOAD)
            later = weights.later_load(page.html, cached)
            note(f"{page.name}: later", later, "KB", weights.LATER_LOAD)
    return [Figure(name, value, unit, most=most) for name, (value, unit, most) in worst.items()]


def visits(tips: dict) -> Iterator[tour.Page]:
    yield from consumer(tips["lookups"])
    for row in {row["role"]: row for row in tips["accounts"]}.values():
        yield from staff(row)


def consumer(lookups: list[dict]) -> Iterator[tour.Page]:
    visitor = tour.Visitor("consumer", "/")
    yield from tour.walk(visitor)
    for row in (lookups[0], lookups[-1]):
        found = {name: row[name] for name in ("card_tail", "amount", "date", "time")}
        if page := tour.ask(visitor, "/lookup/", found):
            yield page
            if not page.sent:
                yield from tour.walk(visitor, page.path)
                payment = page.path.split("/")[2]
                for kind in ("refund_request", "no_slip", "disputed_charge", "service_complaint"):
                    yield from tour.open_a_case(visitor, {"kind": kind, "payment": payment})


def staff(row: dict) -> Iterator[tour.Page]:
    from portal.accounts.models import User

    visitor = tour.Visitor(row["role"])
    visitor.client.force_login(User.objects.get(username=row["username"]))
    yield from tour.walk(visitor)


def warm_start() -> Figure:
    """From the command to the first ready answer, everything being in place."""
    import socket
    from contextlib import closing
    from urllib.error import URLError
    from urllib.request import urlopen

    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.perf_counter()
    serving = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--prepare", "--port", str(port)],
        cwd=ROOT,
        env=os.environ | {"PUBLIC_URL": "", "VAR_DIR": str(settings.VAR_DIR)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while time.perf_counter() - began < 6 * WARM_START and serving.poll() is None:
            try:
                with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                    break
            except (URLError, OSError):
                time.sleep(0.05)
        seconds = time.perf_counter() - began
    finally:
        serving.terminate()
        serving.wait()
    return Figure("warm start", seconds, "s", most=WARM_START)
