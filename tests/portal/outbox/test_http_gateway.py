"""Short messages by HTTP, to a real server that checks the signature as a receiver would."""

import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import transaction

from portal.outbox import delivery, post, sms
from portal.outbox.models import Entry

SECRET = "between-us-and-them"


class Receiver(BaseHTTPRequestHandler):
    """Answers with the next of `answers`, else 200; keeps one message a key."""

    answers: list[int] = []
    taken: dict[str, dict] = {}
    tries: list[str] = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        key, stamp = self.headers["Idempotency-Key"], self.headers["X-Timestamp"]
        told = f"{stamp}.{key}.".encode() + body
        right = hmac.new(SECRET.encode(), told, hashlib.sha256).hexdigest()
        status = self.answers.pop(0) if self.answers else 200
        if self.headers["X-Signature"] != f"v1={right}":
            status = 401
        self.tries.append(key)
        if status == 200:
            self.taken[key] = json.loads(body)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words):
        pass


@pytest.fixture
def receiver(settings):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Receiver.answers, Receiver.taken, Receiver.tries = [], {}, []
    settings.SMS_GATEWAY = "portal.outbox.sms.HttpGateway"
    url = f"http://127.0.0.1:{server.server_port}/sms?app=1"
    settings.SMS = settings.SMS | {"url": url, "secret": SECRET, "key_id": "k1"}
    yield Receiver
    server.shutdown()
    server.server_close()


@pytest.fixture
def entry(db):
    with transaction.atomic():
        post.sms("case-1-told", to="13800000000", topic="case.resolved", body="有结果了，请查看")
    return Entry.objects.get()


def again(entry) -> Entry:
    Entry.objects.filter(pk=entry.pk).update(due_at=entry.created_at)
    delivery.deliver(entry.pk)
    entry.refresh_from_db()
    return entry


def test_it_arrives_signed_under_its_key(receiver, entry):
    assert again(entry).state == "done"
    assert receiver.taken == {"case-1-told": {"to": "13800000000", "text": "有结果了，请查看"}}


@pytest.mark.parametrize("status", [500, 503, 429, 302])
def test_a_gateway_in_trouble_is_asked_again_under_the_same_key(receiver, entry, status):
    receiver.answers = [status]
    assert (again(entry).state, entry.error) == ("pending", f"NotTaken HTTP {status}")
    assert again(entry).state == "done"
    assert receiver.tries == ["case-1-told"] * 2
    assert len(receiver.taken) == 1


def test_what_it_will_never_take_is_given_up_at_once(receiver, entry):
    receiver.answers = [400]
    assert (again(entry).state, entry.attempts) == ("dead", 1)


def test_another_secret_is_refused(receiver, entry, settings):
    settings.SMS = settings.SMS | {"secret": "guessed"}
    assert (again(entry).state, entry.error) == ("dead", "NotTaken HTTP 401")


def test_a_gateway_that_is_down_loses_nothing(receiver, entry, settings):
    settings.SMS = settings.SMS | {"url": "http://127.0.0.1:9/"}
    assert (again(entry).state, entry.recipient) == ("pending", "13800000000")
    assert "13800000000" not in entry.error


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-11-23 21:59:59", None),
        ("2026-11-23 22:00:00", "2026-11-24 08:00:00"),
        ("2026-11-24 07:59:59", "2026-11-24 08:00:00"),
        ("2026-11-24 08:00:00", None),
    ],
)
def test_quiet_hours_reach_over_midnight(settings, at, until):
    from datetime import datetime

    from django.utils import timezone

    from portal.sending import quiet_hours

    settings.SMS = settings.SMS | {"quiet": quiet_hours("22:00-08:00")}
    moment = timezone.make_aware(datetime.fromisoformat(at))
    end = sms.quiet_until(moment)
    assert (timezone.localtime(end).strftime("%Y-%m-%d %H:%M:%S") if end else None) == until


def test_at_night_it_waits_without_counting_as_a_try_but_a_code_goes(receiver, entry, settings):
    from datetime import time

    settings.SMS = settings.SMS | {"quiet": (time(0, 0), time(23, 59, 59, 999999))}
    waiting = again(entry)
    assert (waiting.state, waiting.attempts, receiver.tries) == ("pending", 0, [])
    assert waiting.due_at > waiting.created_at
    with transaction.atomic():
        post.sms("code-1", to="13800000000", topic="case.code", body="验证码", is_urgent=True)
    delivery.deliver(Entry.objects.get(effect_key="code-1").pk)
    assert receiver.tries == ["code-1"]


@pytest.mark.parametrize("text", ["22", "22:00", "25:00-08:00", "night"])
def test_hours_that_are_none_are_refused(text):
    from portal.sending import quiet_hours

    with pytest.raises(ValueError, match="SMS_QUIET_HOURS"):
        quiet_hours(text)
