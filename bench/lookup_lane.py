"""One lane of `bench lookup`'s look at times: a browser, a server and a database of their own.

Every reason in turn, in an order drawn anew each round: its state is laid down, the form is sent,
what the clerk does is waited for, and when the second is up the last page is fetched. Each time is
written down as it is taken, so that a run that is ended early leaves what it has.
"""

import json
import random
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from bench import reasons
from bench.served import Browser, serving

FORM, WAITING, LAST = MEASURED = ("form sent", "waiting page", "last page")
A_LOOK = 0.01  # seconds between two looks at whether the clerk is done
SECOND = 1.05  # the floor, and a little

# Which of MEASURED, of which reason, seconds.
WriteDown = Callable[[str, str, float], object]


def interleaved(port: int, rounds: int, seed: int, write_down: WriteDown) -> None:
    from django.conf import settings
    from django.db import connection
    from django.utils import timezone

    settings.LOOKUP_WORK = 1
    with connection.cursor() as cursor:
        # What is laid down need not outlive a power cut; the server's own writes do as ever.
        cursor.execute("SET synchronous_commit = off")
    now, chance = timezone.now(), random.Random(seed)
    due: deque[tuple[float, reasons.Reason, str]] = deque()
    browser = Browser(port)
    browser.get("/")

    def fetch(until: float) -> None:
        while due and due[0][0] <= until:
            at, reason, path = due.popleft()
            time.sleep(max(0.0, at - time.monotonic()))
            page = browser.get(path)
            assert "Refresh" not in page.headers
            write_down(LAST, reason.name, browser.took)

    for _round in range(rounds):
        for reason in chance.sample(reasons.REASONS, len(reasons.REASONS)):
            proof = reasons.arm(reason, timezone.now())
            form = reasons.typed(reason, now) | {"work": proof}
            sent = browser.post("/lookup/", form, X_Forwarded_For=reasons.address(reason))
            write_down(FORM, reason.name, browser.took)
            path, at = sent.headers["Location"], time.monotonic() + SECOND
            browser.get(path)
            write_down(WAITING, reason.name, browser.took)
            _wait_for_the_clerk(path.split("/")[2])
            due.append((at, reason, path))
            fetch(time.monotonic())
    fetch(float("inf"))


def _wait_for_the_clerk(id: str) -> None:
    """In words of its own and not at every moment: asking took the processor from the server."""
    from django.db import connection

    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT answered_at FROM gate_heldanswer WHERE id = %s", [id])
            if cursor.fetchone()[0]:
                return
            time.sleep(A_LOOK)


def main(path: str, rounds: str, seed: str) -> None:
    """A lane by itself, on the database of DATABASE_URL; writes lines of JSON into `path`."""
    import django
    from django.db import connection

    django.setup()
    with (
        Path(path).open("w", encoding="utf-8", buffering=1) as file,
        serving(LOOKUP_FLOOR="1", LOOKUP_WORK="1", TRUSTED_PROXY_COUNT="1") as port,
    ):
        interleaved(
            port,
            int(rounds),
            int(seed),
            lambda *taken: file.write(json.dumps(taken) + "\n"),
        )
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's own; its threads would stay


if __name__ == "__main__":
    main(*sys.argv[1:])
