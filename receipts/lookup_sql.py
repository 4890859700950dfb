"""The look-up's questions to the database, without what an ORM adds to each.

On PostgreSQL they are one function (migration `look_up_in_one`): it keeps one plan for all values,
and planning took longer than finding. On SQLite the statements stand here; sqlite3 keeps them
prepared by itself.
"""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection


class Match(NamedTuple):
    """A payment of that tail and amount in the window, as far as the look-up must know it. `crowd`
    is how many paid that amount in the window, counted up to a limit. Names are read where the
    crowd is that of the merchant, else "".
    """

    pk: UUID
    status: str
    auth_code: str
    rrn: str
    is_canary: bool
    merchant_name: str
    merchant_name_en: str
    crowd: int


_POSTGRESQL = "SELECT * FROM look_up(%s, %s, %s, %s, %s, %s)"
# Conditions of partial indexes stand as in the model, or SQLite does not see that they hold; `+`
# keeps it to the index by amount.
_MATCHES_SQLITE = """
SELECT payment.id, payment.status, payment.auth_code, payment.rrn,
       payment.canary_at IS NOT NULL, merchant.name, merchant.name_en,
       CASE WHEN %(at_merchant)s THEN (
           SELECT count(*) FROM (
               SELECT 1 FROM receipts_payment AS other
               WHERE other.amount_minor = %(amount)s
                 AND other.occurred_at >= %(start)s AND other.occurred_at < %(end)s
                 AND +other.merchant_id = payment.merchant_id LIMIT %(most)s
           )
       ) END
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
_CROWD_SQLITE = """
SELECT count(*) FROM (
    SELECT 1 FROM receipts_payment WHERE amount_minor = %(amount)s
        AND occurred_at >= %(start)s AND occurred_at < %(end)s LIMIT %(most)s
)
"""


def look_up(
    tail: str, amount_minor: int, start: datetime, end: datetime, *, at_merchant: bool, most: int
) -> list[Match]:
    """At most fifty, from `start` to before `end` (full seconds). The authorised amount counts as
    well as the settled, the phone's own number as well as the card's; canaries are among them. The
    crowd is counted up to `most`: of everybody, or `at_merchant` only.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            seconds = int(start.timestamp()), int(end.timestamp())
            cursor.execute(_POSTGRESQL, (tail, amount_minor, *seconds, at_merchant, most))
            # A payment may fit by two of its numbers.
            return list({row[0]: Match._make(row) for row in cursor.fetchall()}.values())
        adapt = connection.ops.adapt_datetimefield_value
        values: dict[str, Any] = {"tail": tail, "amount": amount_minor}
        values |= {"most": most, "at_merchant": at_merchant}
        values |= {"start": adapt(start), "end": adapt(end)}
        cursor.execute(_MATCHES_SQLITE, values)
        rows = cursor.fetchall()
        cursor.execute(_CROWD_SQLITE, values)
        of_all = cursor.fetchone()[0]
    return [
        Match(UUID(id), status, code, rrn, bool(canary), name, name_en,
              of_all if crowd is None else crowd)
        for id, status, code, rrn, canary, name, name_en, crowd in rows
    ]  # fmt: skip
