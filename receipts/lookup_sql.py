"""The look-up's two questions to the database, without what an ORM adds to each.

On PostgreSQL they are two functions (migration `look_up_functions`): each keeps one plan for all
values, and planning took longer than finding. On SQLite the statements stand here; sqlite3 keeps
them prepared by itself.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection


class Match(NamedTuple):
    """A payment of that tail and amount in the window, as far as the look-up must know it."""

    pk: UUID
    status: str
    auth_code: str
    rrn: str
    is_canary: bool
    merchant_id: int
    merchant_name: str
    merchant_name_en: str


_MATCHES_POSTGRESQL = "SELECT * FROM look_up_matches(%(tail)s, %(amount)s, %(start)s, %(end)s)"
# Conditions of partial indexes stand as in the model, or SQLite does not see that they hold.
_MATCHES_SQLITE = """
SELECT payment.id, payment.status, payment.auth_code, payment.rrn,
       payment.canary_at IS NOT NULL, payment.merchant_id, merchant.name, merchant.name_en
FROM receipts_payment AS payment JOIN receipts_merchant AS merchant
     ON merchant.id = payment.merchant_id
WHERE payment.id IN (
    SELECT id FROM receipts_payment WHERE card_tail = %(tail)s AND amount_minor = %(amount)s
        AND occurred_at >= %(start)s AND occurred_at < %(end)s
    UNION SELECT id FROM receipts_payment WHERE wallet_tail = %(tail)s AND amount_minor = %(amount)s
        AND occurred_at >= %(start)s AND occurred_at < %(end)s AND NOT (wallet_tail = '')
    UNION SELECT id FROM receipts_payment WHERE authorised_minor = %(amount)s
        AND authorised_minor IS NOT NULL AND (card_tail = %(tail)s OR wallet_tail = %(tail)s)
        AND occurred_at >= %(start)s AND occurred_at < %(end)s
) LIMIT 50
"""

_CROWD_POSTGRESQL = "SELECT look_up_crowd(%(amount)s, %(start)s, %(end)s, %(merchant)s, %(most)s)"
_CROWD_SQLITE = """
SELECT count(*) FROM (
    SELECT 1 FROM receipts_payment
    WHERE amount_minor = %(amount)s AND occurred_at >= %(start)s AND occurred_at < %(end)s
      AND (%(merchant)s IS NULL OR merchant_id = %(merchant)s) LIMIT %(most)s
)
"""


def matches(tail: str, amount_minor: int, start: datetime, end: datetime) -> list[Match]:
    """At most fifty. The authorised amount counts as well as the settled, the phone's own number as
    well as the card's; canaries are among them."""
    rows = _fetch(_MATCHES_POSTGRESQL, _MATCHES_SQLITE, start, end, tail=tail, amount=amount_minor)
    return [
        Match(UUID(str(id)), status, auth_code, rrn, bool(canary), merchant_id, name, name_en)
        for id, status, auth_code, rrn, canary, merchant_id, name, name_en in rows
    ]


def crowd(
    amount_minor: int, start: datetime, end: datetime, merchant_id: int | None, most: int
) -> int:
    """How many paid that amount in the window, counted up to `most`; at one merchant, or at all."""
    values = {"amount": amount_minor, "merchant": merchant_id, "most": most}
    return _fetch(_CROWD_POSTGRESQL, _CROWD_SQLITE, start, end, **values)[0][0]


def _fetch(postgresql: str, sqlite: str, start: datetime, end: datetime, **values) -> list[tuple]:
    adapt = connection.ops.adapt_datetimefield_value
    values |= {"start": adapt(start), "end": adapt(end)}
    with connection.cursor() as cursor:
        cursor.execute(postgresql if connection.vendor == "postgresql" else sqlite, values)
        return cursor.fetchall()
