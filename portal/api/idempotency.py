"""One answer for one Idempotency-Key, for a day, however often and from wherever it is asked.

The answer is a row of the transaction that did the work: either both are there or neither. Of two
requests with one key at the same time the second waits for the first, at the row's unique key on
PostgreSQL and at the one write lock of SQLite.
"""

import re
from datetime import timedelta

from django.utils import timezone

from portal.api.models import Answer, ApiClient
from portal.api.problems import BadIdempotencyKey, IdempotencyKeyReused
from portal.gate.tokens import keyed_hash

KEPT = timedelta(hours=24)
_KEY = re.compile(r"[!-~]{1,255}")


def key_of(request) -> str:
    """The header's text, with or without the quotes of a structured field; "" without one."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return ""
    text = given.strip()
    if len(text) > 2 and text[0] == text[-1] == '"':
        text = text[1:-1]
    if not _KEY.fullmatch(text):
        raise BadIdempotencyKey
    return text


def first_answer(client: ApiClient, key: str, path: str, body: bytes) -> Answer:
    """The answer to this key: with `text` if there is one, else a new row to put it into.

    To be called inside the transaction of the work. Raises IdempotencyKeyReused.
    """
    now = timezone.now()
    request_hash = keyed_hash(f"api {path.rstrip('/')}", body.decode("latin-1"))
    mine = Answer.objects.filter(client=client, idempotency_key=key)
    mine.filter(created_at__lte=now - KEPT).delete()
    new = Answer(client=client, idempotency_key=key, request_hash=request_hash, created_at=now)
    Answer.objects.bulk_create([new], ignore_conflicts=True)
    answer = mine.get()
    if answer.request_hash != request_hash:
        raise IdempotencyKeyReused
    return answer


def forget_old() -> int:
    deleted, _by_model = Answer.objects.filter(created_at__lte=timezone.now() - KEPT).delete()
    return deleted
