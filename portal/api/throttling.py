"""Requests a minute: of each key, and of each address that comes without a valid one.

Counted by one statement of the database, which every web process shares: of many at the same time
none is counted over, and no cache can drop it.
"""

import time

import structlog
from django.conf import settings
from django.db import OperationalError, connection
from rest_framework.exceptions import Throttled
from rest_framework.throttling import BaseThrottle

from portal.api.models import RequestCount
from portal.gate.address import client_address, household
from portal.gate.tokens import keyed_hash

log = structlog.get_logger()

WINDOW = 60  # seconds
_COUNT = """
INSERT INTO api_requestcount (name, minute, count) VALUES (%s, %s, 1)
ON CONFLICT (name) DO UPDATE SET
  count = CASE WHEN api_requestcount.minute = excluded.minute
               THEN api_requestcount.count + 1 ELSE 1 END,
  minute = excluded.minute
RETURNING count"""


class PerKey(BaseThrottle):
    def allow_request(self, request, view) -> bool:
        if request.auth is None:
            return True
        return is_within(f"key:{request.auth.pk}", settings.API_REQUESTS_PER_MINUTE)

    def wait(self) -> float:
        return until_next()


def note_stranger(request) -> None:
    """A request without a valid key. Who guesses keys is slowed down, by address (IPv6: /64); a
    valid key from the same address is not. Raises Throttled."""
    name = f"address:{keyed_hash('api-stranger', household(client_address(request)))}"
    if not is_within(name[:80], settings.API_STRANGERS_PER_MINUTE):
        raise Throttled(wait=until_next())


def is_within(name: str, most: int) -> bool:
    """Count this request; whether it is one of the first `most` of this minute."""
    minute = int(time.time()) // WINDOW
    # Beyond the limit a flood only reads.
    if RequestCount.objects.filter(name=name, minute=minute, count__gt=most).exists():
        return False
    try:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [name, minute])
            return cursor.fetchone()[0] <= most
    except OperationalError as error:  # SQLite's one lock is taken: nobody is refused for it
        log.warning("api_request_not_counted", error=type(error).__name__)
        return True


def until_next() -> float:
    return WINDOW - time.time() % WINDOW


def forget_old() -> int:
    minute = int(time.time()) // WINDOW
    return RequestCount.objects.filter(minute__lt=minute - 1).delete()[0]
