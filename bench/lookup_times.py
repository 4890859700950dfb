"""Whether the time of outcome B tells its reasons apart, through the real server.

Every reason in turn, in an order drawn anew each round: its state is laid down, the form is sent,
what the clerk does is waited for, and when the second is up the last page is fetched. Three times
are taken as whoever asks can take them: of the form's answer, of the page that waits (asked for
while the clerk works), and of the last page.
"""

import random
import time
from collections import defaultdict, deque

from bench import distribution, reasons
from bench.figures import Figure
from bench.lookup_server import Browser, serving

ROUNDS = {"small": 10, "full": 2_000}
MEASURED = ("form sent", "waiting page", "last page")


def run(scale: str) -> list[Figure]:
    with serving(LOOKUP_FLOOR="1", LOOKUP_WORK="1", TRUSTED_PROXY_COUNT="1") as port:
        times = _interleaved(port, ROUNDS[scale])
    figures = []
    for name in MEASURED:
        ordered = distribution.pairs(times[name])
        apart = distribution.told_apart(ordered)
        widest = ordered[0]
        note = (
            f"of {len(ordered)} pairs of {len(reasons.REASONS)} reasons, {ROUNDS[scale]:,} times "
            f"each; the widest: {widest.one} / {widest.other}, D = {widest.distance:.3f}, "
            f"p = {widest.p:.2g}"
        )
        figures.append(Figure(f"Told apart by the {name}", len(apart), "pairs", most=0, note=note))
        if scale == "full":
            for pair in ordered:
                print(f"  {name}: D {pair.distance:.4f}  p {pair.p:.4f}  {pair.one} / {pair.other}")
    return figures


def _interleaved(port: int, rounds: int) -> dict[str, dict[str, list[float]]]:
    from django.conf import settings
    from django.utils import timezone

    from portal.gate.models import HeldAnswer

    settings.LOOKUP_WORK = 1
    now, chance = timezone.now(), random.Random(11)
    reasons.lay_out(now)
    times: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in MEASURED}
    due: deque[tuple[float, reasons.Reason, str]] = deque()
    browser = Browser(port)
    browser.get("/")

    def fetch(until: float) -> None:
        while due and due[0][0] <= until:
            at, reason, path = due.popleft()
            time.sleep(max(0.0, at - time.monotonic()))
            page = browser.get(path)
            assert "Refresh" not in page.headers
            times["last page"][reason.name].append(browser.took)

    for _round in range(rounds):
        for reason in chance.sample(reasons.REASONS, len(reasons.REASONS)):
            proof = reasons.arm(reason, timezone.now())
            form = reasons.typed(reason, now) | {"work": proof}
            sent = browser.post("/lookup/", form, X_Forwarded_For=reasons.address(reason))
            times["form sent"][reason.name].append(browser.took)
            path, at = sent.headers["Location"], time.monotonic() + 1.05
            browser.get(path)
            times["waiting page"][reason.name].append(browser.took)
            held = HeldAnswer.objects.filter(pk=path.split("/")[2])
            while held.filter(answered_at=None).exists():
                time.sleep(0.001)
            due.append((at, reason, path))
            fetch(time.monotonic())
    fetch(float("inf"))
    return times
