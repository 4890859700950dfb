"""Writers and workers that are killed at any moment (SIGKILL) while they post, send and sweep.

The mail server and the gateway are real ones, in a process of their own that writes each message's
key down before it answers. What must hold after: every committed effect arrived, under its own key
and no other; what arrived twice came under the same key both times.
"""

import json
import random
import threading
import time
from collections import Counter
from datetime import timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from django.db import connections, transaction

from portal.outbox import delivery, news, post, tasks
from portal.outbox.models import Entry
from tests import tools
from tests.portal.audit.killing import _child, _end

TOPIC = "killing"


def _told(effect_key: str, **_facts) -> None:
    """What an upper floor makes of the news: a mail, once however often it is called."""
    post.mail(
        f"{effect_key}.mail",
        to="c@example.org",
        topic=TOPIC,
        subject="",
        body=f"{effect_key}.mail",
    )


def write(done: Path, seed: int) -> None:
    """Changes of three effects each; told once they are committed."""
    number = 0
    with done.open("a", buffering=1) as told:
        while True:
            number += 1
            key = f"{seed}-{number}"
            with transaction.atomic():
                a, b, c = (f"{key}.{kind}" for kind in "abc")
                post.mail(a, to="a@example.org", topic=TOPIC, subject="", body=a)
                post.sms(b, to="13800138000", topic=TOPIC, body=b)
                post.news(c, topic=TOPIC, number=number)
            told.write(f"{key}\n")
            time.sleep(0.02)


def work() -> None:
    while True:
        tasks.sweep(limit=20)
        time.sleep(0.005)


class Receiver:
    """Mail and short messages: a line for each that was taken, its key and what it says."""

    def __init__(self, folder: Path):
        self.book = (folder / "received").open("a", buffering=1)
        self.lock = threading.Lock()

    def note(self, way: str, key: str | None, body: str) -> None:
        with self.lock:
            self.book.write(f"{way} {key} {body.strip()}\n")

    async def handle_DATA(self, _server, _session, envelope):
        letter = message_from_bytes(envelope.content, policy=policy.default)
        self.note("mail", letter["Message-ID"], letter.get_content())
        return "250 taken"


def receive(folder: Path, smtp: int, http: int) -> None:
    receiver = Receiver(folder)

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            receiver.note("sms", self.headers["Idempotency-Key"], json.loads(body)["text"])
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words):
            pass

    Controller(receiver, hostname="127.0.0.1", port=smtp).start()
    ThreadingHTTPServer(("127.0.0.1", http), Gateway).serve_forever()


def kill_often(folder: Path, settings, *, kills: int, seed: int) -> Counter:
    """Two writers and three workers; `kills` times one of them is killed and another begun. How
    often each message arrived: {1: 950, 2: 12}."""
    rng, done, serial = random.Random(seed), folder / "done", iter(range(1, 1_000_000))
    smtp, http = tools.free_port(), tools.free_port()
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": smtp, "timeout": 5},
        }
    }
    settings.SMS_GATEWAY = "portal.outbox.sms.HttpGateway"
    settings.SMS = settings.SMS | {
        **{"url": f"http://127.0.0.1:{http}/", "key_id": "portal", "secret": "between-us"},
        "quiet": None,
    }
    by_signal: Counter = Counter()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivery, "TAKEN_FOR", timedelta(seconds=1))
        patch.setattr(delivery, "pause_after", lambda _attempt: timedelta(seconds=0.05))
        patch.setitem(news._subscribers, TOPIC, [_told])
        connections.close_all()  # a child must not share an open connection
        receiver = _child(receive, folder, smtp, http)
        tools.wait_for_port(smtp)
        tools.wait_for_port(http)
        writers = [lambda: _child(write, done, next(serial))] * 2
        children = {begin(): begin for begin in [*writers, *[lambda: _child(work)] * 3]}
        try:
            for _ in range(kills):
                time.sleep(rng.uniform(0.005, 0.08))
                pid = rng.choice(list(children))
                begin = children.pop(pid)
                by_signal[_end(pid)] += 1
                children[begin()] = begin
            for pid in [pid for pid, begin in children.items() if begin in writers]:
                children.pop(pid)
                by_signal[_end(pid)] += 1
            _until_sent(seconds=60 + kills)
        finally:
            for pid in (*children, receiver):
                by_signal[_end(pid)] += 1
    assert set(by_signal) == {-9}, f"some ended by themselves: {by_signal}"
    return _each_arrived(folder, done)


def _until_sent(seconds: float) -> None:
    end = time.monotonic() + seconds
    while Entry.objects.filter(state=Entry.State.PENDING).exists():
        assert time.monotonic() < end, Counter(Entry.objects.values_list("state", flat=True))
        time.sleep(0.1)
    connections.close_all()


def _each_arrived(folder: Path, done: Path) -> Counter:
    entries = dict(Entry.objects.values_list("effect_key", "state"))
    assert set(entries.values()) == {"done"}, Counter(entries.values())
    committed = set(done.read_text().split())
    assert len(committed) > 0
    kinds = ("a", "b", "c", "c.mail")
    assert {f"{key}.{kind}" for key in committed for kind in kinds} <= entries.keys()

    arrived: Counter = Counter()
    for line in (folder / "received").read_text().splitlines():
        way, key, effect = line.split(" ", 2)
        assert key == (delivery.message_id(effect) if way == "mail" else effect), line
        arrived[effect] += 1
    outside = {effect for effect in entries if not effect.endswith(".c")}  # news stay in the house
    assert arrived.keys() == outside, "an effect is lost, or was never committed"
    return Counter(arrived.values())
