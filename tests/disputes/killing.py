"""Workers and the gateway itself, killed at any moment (SIGKILL) while refunds are on their way."""

import os
import random
import signal
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections

from disputes.models import MoneyBack, Refund
from disputes.refunds import gateway, sending
from disputes.tasks import sweep_refunds
from portal.accounts.actor import Actor
from tests import tools
from tests.disputes import refunding, rushing
from tests.portal.audit.killing import _child, _end


class Book(refunding.Gateway):
    """On disk: one line each time that money moves, written before the answer and read by whoever
    follows. One write, so that a kill leaves all of it or nothing."""

    def __init__(self, folder: Path):
        super().__init__()
        self.moved, self.turn = folder / "moved", threading.Lock()

    def answer(self, number: str, **more) -> dict:
        with self.turn:
            book = dict(line.split() for line in moved_in(self.moved))
            if number in self.book and number not in book:
                book[number] = str(self.book[number]["amount_minor"])
                with self.moved.open("a") as moved:
                    moved.write(f"{number} {book[number]}\n")
        if number not in book:
            return {"number": number, "state": "absent"}
        told = {"number": number, "amount_minor": int(book[number]), "state": "done"}
        return told | {"reference": "112300012345"}


def moved_in(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def _serve(folder: Path, port: int) -> None:
    refunding.serve(Book(folder), port).serve_forever()


def _work() -> None:
    while True:
        sweep_refunds()
        time.sleep(0.01)


def kill_often(case, people: dict[str, Actor], folder: Path, settings, *, kills: int, many: int):
    """`many` refunds are let go; `kills` times a worker or the gateway is killed and another
    begun. In the end each refund is executed, once in the gateway's own book."""
    rng, port = random.Random(7), tools.free_port()
    settings.REFUND_GATEWAY = "http"
    url = f"http://127.0.0.1:{port}/refunds"
    settings.REFUND = {"url": url, "key_id": "portal", "secret": refunding.SECRET}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gateway, "SECONDS", 0.5)
        patch.setattr(sending, "TAKEN_FOR", timedelta(seconds=1.5))
        patch.setattr(sending, "pause_after", lambda _tries: timedelta(seconds=0.05))
        for _number in range(many):
            one = rushing._untouched(case)
            refunding.propose(one, people["manager"])
            refunding.approve(one, people["supervisor"])
        connections.close_all()
        kinds = [lambda: _child(_work)] * 3 + [lambda: _child(_serve, folder, port)]
        children = {begin(): begin for begin in kinds}
        by_signal = Counter()
        try:
            for _ in range(kills):
                time.sleep(rng.uniform(0.005, 0.08))
                pid = rng.choice(list(children))
                begin = children.pop(pid)
                by_signal[_end(pid)] += 1
                children[begin()] = begin
            _until_done(seconds=120)
        finally:
            for pid in children:
                by_signal[_end(pid)] += 1
    assert set(by_signal) == {-signal.SIGKILL}, f"some ended by themselves: {by_signal}"
    _each_once(folder, many)


def _until_done(seconds: float) -> None:
    end = time.monotonic() + seconds
    while Refund.objects.exclude(state="executed").exists():
        assert time.monotonic() < end, Counter(Refund.objects.values_list("state", flat=True))
        time.sleep(0.05)


def _each_once(folder: Path, many: int) -> None:
    moved = moved_in(folder / "moved")
    ours = [f"{r.number} {r.amount_minor}" for r in Refund.objects.order_by("number")]
    assert len(ours) == many
    assert sorted(moved) == ours, "each once, none more, none less"
    assert set(MoneyBack.objects.values_list("state", flat=True)) == {"done"}
    assert os.path.exists(folder)
