"""Proof of work before a look-up (ALTCHA v2, PBKDF2): nothing for one person, much for a harvester.

The browser works while its owner types. A piece of work is made for one look-up: its signature is
remembered until it expires. How hard it is grows with the failures of the address that asks, and
in attack mode. Who brings none is not turned away here; see `receipts.lookup_limits`.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import altcha.v2 as altcha
from django.conf import settings
from django.db import connection
from django.utils import timezone

from portal.gate.tokens import keyed_hash, token_hash

ALGORITHM = "PBKDF2/SHA-256"
ITERATIONS = 5_000  # of one try
LASTS = timedelta(minutes=20)
LONGEST = 4_000  # characters of an answer that are worth reading
HARDEST = 6  # each step doubles the work: 64 times


@dataclass(frozen=True, slots=True)
class Checked:
    """`level` is what was asked for when the work was given out; -1 for no valid work."""

    level: int = -1


def level(failures: float, attack: bool) -> int:
    """Twice the work for every five failures of an address, four times as much in attack mode."""
    return min(HARDEST, int(failures // 5) + (2 if attack else 0))


def give(level: int, now: datetime | None = None) -> dict:
    """A new piece of work, as ALTCHA's worker reads it. The number of tries is drawn from a narrow
    range, so that nobody waits four times as long as his neighbour.
    """
    tries = settings.LOOKUP_WORK * 2**level
    now = now or timezone.now()
    return altcha.create_challenge(
        ALGORITHM,
        ITERATIONS,
        counter=secrets.randbelow(tries // 2 + 1) + tries * 3 // 4,
        expires_at=now + LASTS,
        data={"level": level},
        hmac_secret=_secret("challenge"),
        hmac_key_secret=_secret("key"),
    ).to_dict()


def check(answer: str) -> Checked:
    """What this answer is worth; one that was used before, has expired or was tampered with is
    worth nothing. Uses it up. Whatever comes, one row is written.
    """
    brought = _verified(answer)
    if brought is None:
        _uses(secrets.token_hex(32), timezone.now())
        return Checked()
    uses = _uses(token_hash(brought.signature.lower()), brought.expires_at)
    return Checked(brought.level) if uses == 1 else Checked()


class _Brought(NamedTuple):
    signature: str
    expires_at: datetime
    level: int


def _verified(answer: str) -> _Brought | None:
    """What was given out, if it was by us and is answered rightly and in time."""
    if not answer or len(answer) > LONGEST:
        return None
    result = altcha.verify_solution(
        answer, hmac_secret=_secret("challenge"), hmac_key_secret=_secret("key")
    )
    if not result.verified:
        return None
    challenge = altcha.Payload.from_base64(answer).challenge
    given, signature = challenge.parameters, challenge.signature
    if signature is None or given.expires_at is None:
        return None
    expires_at = datetime.fromtimestamp(given.expires_at, UTC)
    return _Brought(signature, expires_at, int((given.data or {}).get("level", -1)))


_USE = """
INSERT INTO gate_usedwork AS held (signature_hash, expires_at, uses) VALUES (%s, %s, 1)
ON CONFLICT (signature_hash) DO UPDATE SET uses = held.uses + 1 RETURNING uses
"""


def _uses(signature_hash: str, expires_at: datetime) -> int:
    """How often it has come by now, this time included. Of two at once one is the first."""
    with connection.cursor() as cursor:
        cursor.execute(_USE, [signature_hash, connection.ops.adapt_datetimefield_value(expires_at)])
        return cursor.fetchone()[0]


def _secret(purpose: str) -> str:
    return keyed_hash("work", purpose)
