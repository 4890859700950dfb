"""Ways for a refund to leave the house. A gateway has `send(refund)` and `ask(refund)`; both give
an `Answer` and never raise: whatever is not a clear word from the other side is `unclear`.

The refund's own number is the key of every try, so that one refund is one at the gateway however
often it hears of it.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import quote, urlsplit

from django.conf import settings

from disputes.models import Refund
from portal.outbox.sms import signature

SECONDS = 10  # for each step: to connect, to be answered
LARGEST = 64 * 1024  # bytes of an answer that are read

DONE, PENDING, REFUSED, ABSENT, UNCLEAR = "done", "pending", "refused", "absent", "unclear"

# What an answer names that is not this refund's (`Refund.error`).
ANOTHER_AMOUNT, ANOTHER_CARD = "another amount", "another card"
ANOTHER_PAYMENT = "another payment"
NO_ADDRESS = "no address"  # of ours


@dataclass(frozen=True)
class Answer:
    """`done`: the money is on its way; `pending`: taken, not done yet; `refused`: it never moves;
    `absent`: no such number was ever heard of; `unclear`: nobody knows. `error` is a code."""

    state: str
    reference: str = ""
    error: str = ""


class HttpGateway:
    """POSTs JSON to REFUND_URL, asks by GET at REFUND_URL/NUMBER; both signed.

    The body: `{"number", "kind": "refund" | "void", "amount_minor", "currency", "original":
    {"merchant_no", "terminal_no", "batch_no", "voucher_no", "rrn", "local_date", "source_id",
    "order_no"}}`; there is no field for another card, the money goes back to the one that paid.
    `Idempotency-Key` is the number. `X-Signature` is as that of short messages (docs/settings.md):
    over time stamp, key and body, which is empty for a question.

    An answer is JSON: `{"number", "amount_minor", "state": "done" | "pending" | "refused" |
    "absent", "reference", "code", "original": {"rrn", "card_tail"}}`. Only an answer that names
    this number, and this amount unless it is `absent`, counts, whatever its HTTP status; and where
    it names the payment or the card that was credited (`original`, either of the two), only if they
    are those that paid. All else is unclear.
    """

    def send(self, refund: Refund) -> Answer:
        payment, terminal = refund.payment, refund.payment.terminal
        body = {
            "number": refund.number,
            "kind": str(refund.kind),
            "amount_minor": refund.amount_minor,
            "currency": refund.currency,
            "original": {
                "merchant_no": payment.merchant.merchant_no,
                "terminal_no": terminal.terminal_no if terminal else "",
                "batch_no": payment.batch_no,
                "voucher_no": payment.voucher_no,
                "rrn": payment.rrn,
                "local_date": payment.local_date.isoformat(),
                "source_id": payment.source_id,
                "order_no": payment.order_no,
            },
        }
        return _call(refund, "POST", "", json.dumps(body, ensure_ascii=False).encode())

    def ask(self, refund: Refund) -> Answer:
        return _call(refund, "GET", f"/{quote(refund.number)}", b"")


def _call(refund: Refund, method: str, more: str, content: bytes) -> Answer:
    if not settings.REFUND["url"]:  # it was taken away while something was under way
        return Answer(UNCLEAR, error=NO_ADDRESS)
    stamp = str(int(time.time()))
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/json; charset=utf-8",
        "Idempotency-Key": refund.number,
        "X-Key-Id": settings.REFUND["key_id"],
        "X-Timestamp": stamp,
        "X-Signature": signature(settings.REFUND["secret"], stamp, refund.number, content),
    }
    parts = urlsplit(settings.REFUND["url"])
    way = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = way(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        connection.request(method, parts.path.rstrip("/") + more or "/", content, headers)
        answer = connection.getresponse()
        return _read(refund, answer.status, answer.read(LARGEST))
    except (OSError, HTTPException) as error:
        return Answer(UNCLEAR, error=type(error).__name__)
    finally:
        connection.close()


def _read(refund: Refund, status: int, content: bytes) -> Answer:
    try:
        told = json.loads(content)
    except ValueError:
        told = None
    if not isinstance(told, dict) or told.get("number") != refund.number:
        return Answer(UNCLEAR, error=f"HTTP {status}")
    state = told.get("state")
    if state == ABSENT:
        return Answer(ABSENT)
    if told.get("amount_minor") != refund.amount_minor:
        return Answer(UNCLEAR, error=ANOTHER_AMOUNT)
    if other := _of_another(refund, told.get("original")):
        return Answer(UNCLEAR, error=other)
    if state not in {DONE, PENDING, REFUSED}:
        return Answer(UNCLEAR, error=f"HTTP {status}")
    return Answer(state, reference=_code(told.get("reference")), error=_code(told.get("code")))


def _of_another(refund: Refund, named) -> str:
    """Which of what the answer names is not the payment's own; "" where all of it is."""
    if named is None:
        return ""
    if not isinstance(named, dict):
        return ANOTHER_PAYMENT
    payment = refund.payment
    if named.get("rrn") and named["rrn"] != payment.rrn:
        return ANOTHER_PAYMENT
    tails = {payment.card_tail, payment.wallet_tail} - {""}
    if named.get("card_tail") and named["card_tail"] not in tails:
        return ANOTHER_CARD
    return ""


def _code(value) -> str:
    """Of a text of theirs what can be a code or a reference; nothing else is kept."""
    text = value if isinstance(value, str) else ""
    return "".join(each for each in text if each.isascii() and each.isprintable())[:64]
