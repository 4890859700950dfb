"""Ways for a short message to leave: a class with `send(number, body, *, idempotency_key)`. It
raises when the message was not taken; `is_final` on the error says that it never will be.
"""

import hashlib
import hmac
import json
import sys
import time
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

SECONDS = 10  # for each step: to connect, to be answered
AGAIN = {408, 409, 425, 429}  # of 4xx, those that may be taken another time
LARGEST = 64 * 1024  # bytes of an answer that are read


class ConsoleGateway:
    """The embedded default: writes the message where the operator sees it."""

    def send(self, number: str, body: str, *, idempotency_key: str) -> None:
        sys.stdout.write(f"\n--- SMS → {number} [{idempotency_key}]\n{body}\n---\n")
        sys.stdout.flush()


class NotTaken(Exception):
    """The gateway answered, and did not take the message. The text is its status, never a number
    or a word of the message."""

    def __init__(self, status: int):
        super().__init__(f"HTTP {status}")
        self.is_final = 400 <= status < 500 and status not in AGAIN


class HttpGateway:
    """POSTs JSON `{"to": …, "text": …}` to SMS_URL, signed; any 2xx is taken.

    `Idempotency-Key` is the same for every try. `X-Signature` is `v1=` and the hexadecimal
    HMAC-SHA256, under SMS_SECRET, of `X-Timestamp` (seconds since 1970), a full stop, the
    Idempotency-Key, a full stop and the body; `X-Key-Id` names the secret. A receiver should refuse
    time stamps that are more than five minutes off.
    """

    def send(self, number: str, body: str, *, idempotency_key: str) -> None:
        content = json.dumps({"to": number, "text": body}, ensure_ascii=False).encode()
        stamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": idempotency_key,
            "X-Key-Id": settings.SMS["key_id"],
            "X-Timestamp": stamp,
            "X-Signature": signature(settings.SMS["secret"], stamp, idempotency_key, content),
        }
        parts = urlsplit(settings.SMS["url"])
        way = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = way(parts.hostname or "", parts.port, timeout=SECONDS)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("POST", target, body=content, headers=headers)
            answer = connection.getresponse()
            answer.read(LARGEST)
        finally:
            connection.close()
        if not 200 <= answer.status < 300:
            raise NotTaken(answer.status)


def signature(secret: str, stamp: str, key: str, content: bytes) -> str:
    told = f"{stamp}.{key}.".encode() + content
    return "v1=" + hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()


def quiet_until(now: datetime) -> datetime | None:
    """The end of the quiet hours that `now` lies in; None outside of them."""
    if (hours := settings.SMS["quiet"]) is None:
        return None
    start, end = hours
    local = timezone.localtime(now)
    at = local.time()
    over_midnight = start > end
    inside = (at >= start or at < end) if over_midnight else start <= at < end
    if not inside:
        return None
    last = local.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    return last if last > local else last + timedelta(days=1)
