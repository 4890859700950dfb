"""The whole request through the real server, against a view that says "ok" behind the same."""

import statistics
import threading
import time
from datetime import date, timedelta

from bench import imports
from bench.figures import Figure
from bench.served import HIGH, Browser, serving

REQUESTS = {"small": 100, "full": 3_000}
CONNECTIONS = 32
# All of them counted and none reached: what is measured is the usual case.
LIMITS = (
    "TAIL_HOUR TAIL_DAY CELL CELL_DAY NETWORK ADDRESS MERCHANT NAMED NAMED_GLOBAL CODE GLOBAL "
    "UNPROVED UNPROVED_ALL"
)


def run(scale: str) -> list[Figure]:
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor == "sqlite":
        return imports._on_postgres(scale, "lookup_web")
    call_command("migrate", verbosity=0)  # asked for alone, it finds an empty database
    number = REQUESTS[scale]
    limits = {f"LOOKUP_LIMIT_{name}": HIGH for name in LIMITS.split()}
    with serving(LOOKUP_FLOOR="0", **limits) as port:
        empty, whole = _one_by_one(port, number)
        at_once = _at_once(port, number)
    middle, late = statistics.median(at_once), sorted(at_once)[int(len(at_once) * 0.99)]
    note = f"an empty view took {empty * 1e3:.2f} ms, a look-up {whole * 1e3:.2f} ms at p50"
    return [
        Figure("Whole request", whole / empty, "×", most=12, note=note),
        Figure("p99 against p50", late / middle, "×", most=6, note=f"{CONNECTIONS} connections"),
        *_where_it_goes(),
    ]


def _typed(number: int) -> dict[str, str]:
    """Of a payment that is not there; each of another tail and amount."""
    return {
        "card_tail": f"{number * 7 % 10_000:04}",
        "amount": f"{100_000 + number % 1_000}.50",
        "date": (date.today() - timedelta(days=2)).isoformat(),
        "time": "12:00",
    }


def _one_by_one(port: int, number: int) -> tuple[float, float]:
    """Seconds at p50 of the empty view and of a look-up, in turn on one connection."""
    browser = Browser(port)
    browser.get("/")
    empty, whole = [], []
    for each in range(number + 10):
        browser.get("/healthz")
        empty.append(browser.took)
        answer = browser.post("/lookup/", _typed(each))
        assert answer.status == 200, answer.status
        whole.append(browser.took)
    return statistics.median(empty[10:]), statistics.median(whole[10:])


def _at_once(port: int, number: int) -> list[float]:
    took: list[float] = []

    def ask(start: int) -> None:
        browser = Browser(port)
        browser.get("/")
        for each in range(start, number, CONNECTIONS):
            browser.post("/lookup/", _typed(each))
            took.append(browser.took)

    threads = [threading.Thread(target=ask, args=(start,)) for start in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def _where_it_goes() -> list[Figure]:
    """Processor time in this process, so that a busy machine says the same as an idle one."""
    from django.conf import settings
    from django.template.loader import render_to_string
    from django.test import Client, override_settings
    from django.utils import timezone

    from portal.gate.address import client_address
    from receipts import looking_up
    from receipts.guest.lookup import page_of
    from receipts.lookup_form import LookupForm

    browser = Client(headers={"host": "127.0.0.1"})
    browser.get("/")
    now = timezone.localtime()
    high = dict.fromkeys(settings.LOOKUP_LIMITS, int(HIGH))
    with override_settings(LOOKUP_LIMITS=high):
        facts = LookupForm.read(_typed(1), now).facts
        assert facts is not None
        request = browser.get("/").wsgi_request
        address = client_address(request)
        constants = page_of(facts, LookupForm())
        with override_settings(LOOKUP_FLOOR=1):
            where = browser.post("/lookup/", _typed(2)).headers["Location"]
        time.sleep(3)
        parts = {
            "an empty view": lambda: browser.get("/healthz"),
            "reading the form": lambda: LookupForm.read(_typed(1), now),
            "queries, limits, log": lambda: looking_up.look_up(facts, "", address),
            "the template with constants": lambda: render_to_string(
                "receipts/guest/one_more_detail.html", constants, request
            ),
            "serving the finished page": lambda: browser.get(where),
            "the whole look-up": lambda: browser.post("/lookup/", _typed(1)),
        }
        spent = {name: _processor_time(work) for name, work in parts.items()}
    floor, template = spent["an empty view"], spent["the template with constants"]
    finished = spent["serving the finished page"]
    return [
        Figure("Serving the finished page", finished / template, "×", most=2,
               note="of its template rendered with constants, processor time"),
        *(
            Figure(f"Where it goes: {name}", seconds / floor, "×",
                   note=f"of an empty view; {seconds * 1e3:.2f} ms of processor time")
            for name, seconds in spent.items()
        ),
    ]  # fmt: skip


def _processor_time(work, times: int = 50) -> float:
    for _ in range(10):
        work()
    began = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began) / times
