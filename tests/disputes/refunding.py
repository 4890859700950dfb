"""Refunds for tests: proposed by the shop, approved by a supervisor, executed by hand or by a
gateway of our own on a real port."""

from __future__ import annotations

import json
import threading
import time
import uuid
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django.utils import timezone

from disputes import actions
from disputes.models import Refund
from portal.outbox.sms import signature

ALL = 38_650
SECRET = "gateway secret"


def propose(case, actor, amount=ALL, **values) -> Refund:
    given = {"reason": "没有上菜。", "submission_key": uuid.uuid4(), "proved_at": timezone.now()}
    return actions.propose_refund(case, actor=actor, amount_minor=amount, **given | values)


def approve(case, actor, **values) -> Refund:
    waiting = Refund.objects.get(case=case, state="proposed")
    given = {"amount_minor": waiting.amount_minor, "version": waiting.version}
    given |= {"proved_at": timezone.now()}
    return actions.approve_refund(case, actor=actor, **given | values)


class Gateway:
    """An acquirer's refund endpoint with a book of its own; `mood` names how it behaves next, one
    each request, and well when none is left."""

    def __init__(self):
        self.book: dict[str, dict] = {}  # number → what was asked
        self.moods: list[str] = []
        self.heard: list[tuple[str, str]] = []
        self.paths: list[str] = []
        self.badly_signed = 0
        self.state = "done"
        self.names: dict = {}  # what its answers say besides

    def answer(self, number: str, **more) -> dict:
        asked = self.book.get(number)
        if asked is None:
            return {"number": number, "state": "absent"}
        told = {"number": number, "amount_minor": asked["amount_minor"], "state": self.state}
        return told | {"reference": f"RRN{len(number):09}"} | self.names | more


def serve(gateway: Gateway, port: int = 0) -> ThreadingHTTPServer:
    """The gateway on this port, or a free one; its caller lets it run."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.handle_one(self.rfile.read(int(self.headers["Content-Length"])))

        def do_GET(self):
            self.handle_one(b"")

        def handle_one(self, content: bytes):
            key, stamp = self.headers["Idempotency-Key"], self.headers["X-Timestamp"]
            gateway.heard.append((self.command, key))
            gateway.paths.append(self.path)
            if self.headers["X-Signature"] != signature(SECRET, stamp, key, content):
                gateway.badly_signed += 1
            mood = gateway.moods.pop(0) if gateway.moods else ""
            if mood == "cut":  # before anything is kept
                self.connection.close()
                return
            if mood == "fails":
                self.say(503, b"<html>later</html>")
                return
            if content and mood != "refuses":
                gateway.book.setdefault(key, json.loads(content))
            if mood == "hangs":
                time.sleep(0.6)
                return
            told = gateway.answer(key)
            if mood == "refuses":
                amount = json.loads(content)["amount_minor"]
                told = {"number": key, "state": "refused", "amount_minor": amount, "code": "57"}
            if mood == "another amount":
                told["amount_minor"] += 1
            if mood == "another card":
                told["original"] = {"card_tail": "0000"}
            if mood == "another payment":
                told["original"] = {"rrn": "000000000000"}
            if mood == "another number":
                told["number"] = "R0000-0000-1"
            if mood == "twice":
                self.say(200, json.dumps(told).encode())
            self.say(200, json.dumps(told).encode())

        def say(self, status: int, content: bytes):
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments):
            pass

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


@contextmanager
def running(settings, gateway: Gateway | None = None):
    """The gateway on a free port, and the product set to it."""
    gateway = gateway or Gateway()
    server = serve(gateway)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.REFUND_GATEWAY = "http"
    settings.REFUND = {
        "url": f"http://127.0.0.1:{server.server_port}/refunds",
        "key_id": "portal",
        "secret": SECRET,
    }
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()
