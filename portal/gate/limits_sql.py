"""The one step of `limits.decide` as SQL: count, weigh, log.

PostgreSQL does all of it in one statement, so in one visit. SQLite cannot count inside WITH, so
there it is two statements in one short transaction; what is weighed, and how, is the same text.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection


class Row(NamedTuple):
    """One limit as the database is asked about it. `elapsed` is the part of the running period
    that has passed, 0…1; `increment` is 1 where this attempt counts under it."""

    key: str
    scope: str
    period_no: int
    elapsed: float
    increment: int
    most: int
    asks: int  # limits.Asks


# Attack mode: a supervisor's word while it holds, else the last crossing. `{too_many}` is what the
# counters themselves say at this moment. The rule stands here alone; `is_attack` asks it too.
_ATTACK = """
CASE WHEN mode = 'raised' AND mode_until > %(now)s THEN 1
     WHEN mode = 'lifted' AND mode_until > %(now)s THEN 0
     WHEN {too_many} OR attack_until > %(now)s THEN 1 ELSE 0 END
"""

# A clock behind the counter's (two machines) counts into the counter's own period.
_COUNT = """
INSERT INTO gate_counter AS held (key, period_no, count, previous, last_at)
SELECT key, period_no, increment, 0, %(now)s FROM asked WHERE true ORDER BY key
ON CONFLICT (key) DO UPDATE SET
    previous = CASE WHEN held.period_no >= excluded.period_no THEN held.previous
                    WHEN held.period_no = excluded.period_no - 1 THEN held.count ELSE 0 END,
    count = excluded.count
            + CASE WHEN held.period_no >= excluded.period_no THEN held.count ELSE 0 END,
    period_no = CASE WHEN held.period_no > excluded.period_no THEN held.period_no
                     ELSE excluded.period_no END,
    last_at = excluded.last_at
RETURNING key, count, previous
"""

# `before` is what was counted before this attempt, the period before it sliding out.
_VERDICT = """
weighed AS (
    SELECT scope, asks, increment,
           count - increment + previous * (1 - elapsed) AS before,
           CASE WHEN scope = 'global' AND 3 * coalesce(usual_failures, 0) > most
                THEN 3 * usual_failures ELSE most END AS most
    FROM asked JOIN counted ON counted.key = asked.key
         LEFT JOIN gate_posture ON gate_posture.id = 1
),
state AS (
    SELECT
        max(CASE WHEN before >= most AND scope <> 'global' THEN asks ELSE -1 END) AS asks,
        max(CASE WHEN scope = 'global' AND before >= most THEN 1 ELSE 0 END) AS too_many,
        max(CASE WHEN scope = 'global' AND before < most AND before + increment >= most
                 THEN 1 ELSE 0 END) AS crossed,
        coalesce({gather}(CASE WHEN before >= most THEN scope END, ' '), '') AS reached
    FROM weighed
),
wary AS (
    SELECT state.*, {attack} AS attack
    FROM state LEFT JOIN gate_posture ON gate_posture.id = 1
),
verdict AS (
    SELECT
        CASE WHEN %(matched)s = 1 AND asks < 2 AND (
                 %(detail)s = 'code'
                 OR (%(detail)s = 'merchant' AND asks < 1)
                 OR (%(detail)s = '' AND asks < 0 AND attack = 0))
             THEN 'found' ELSE 'more' END AS outcome,
        trim(reached || CASE WHEN attack = 1 THEN ' attack' ELSE '' END
                     || CASE WHEN crossed = 1 THEN ' crossed' ELSE '' END) AS reached
    FROM wary
)
"""

_LOG = """
INSERT INTO gate_attempt (at, tail_hash, cell_hash, amount_bucket, network, detail, matched,
                          outcome, reached, subject, canary, alarm_due)
SELECT %(now)s, %(tail)s, %(cell)s, %(bucket)s, %(network)s, %(detail)s, %(matched)s = 1,
       outcome, reached, CASE WHEN outcome = 'found' THEN %(subject)s ELSE '' END,
       %(canary)s, %(alarm_due)s = 1
FROM verdict RETURNING outcome, reached
"""

_ASKED_POSTGRESQL = """
asked AS (
    SELECT * FROM unnest(
        %(key)s::text[], %(scope)s::text[], %(period_no)s::bigint[], %(elapsed)s::float8[],
        %(increment)s::int[], %(most)s::int[], %(asks)s::int[]
    ) AS asked(key, scope, period_no, elapsed, increment, most, asks)
)
"""
_ASKED_SQLITE = """
asked AS (
    SELECT value ->> 0 AS key, value ->> 1 AS scope, value ->> 2 AS period_no,
           value ->> 3 AS elapsed, value ->> 4 AS increment, value ->> 5 AS most,
           value ->> 6 AS asks
    FROM json_each(%(asked)s)
)
"""
_COUNTED_SQLITE = """
counted AS (
    SELECT value ->> 0 AS key, value ->> 1 AS count, value ->> 2 AS previous
    FROM json_each(%(counted)s)
)
"""
_WHEN_TOO_MANY = _ATTACK.format(too_many="too_many = 1")
_POSTGRESQL = (
    "WITH {asked}, counted AS ({count}), {verdict}, logged AS ({log}) SELECT * FROM logged"
)
_POSTGRESQL = _POSTGRESQL.format(
    asked=_ASKED_POSTGRESQL,
    count=_COUNT,
    verdict=_VERDICT.format(gather="string_agg", attack=_WHEN_TOO_MANY),
    log=_LOG,
)
_POSTGRESQL_COUNT = f"WITH {_ASKED_POSTGRESQL} {_COUNT}"
_SQLITE_COUNT = f"WITH {_ASKED_SQLITE} {_COUNT}"
_SQLITE_LOG = "WITH {asked}, {counted}, {verdict} {log}".format(
    asked=_ASKED_SQLITE,
    counted=_COUNTED_SQLITE,
    verdict=_VERDICT.format(gather="group_concat", attack=_WHEN_TOO_MANY),
    log=_LOG,
)
_NOT_COUNTED = _ATTACK.format(too_many="1 = 0")
_IS_ATTACK = f"SELECT {_NOT_COUNTED} FROM gate_posture WHERE id = 1"  # noqa: S608
_WEIGHS = f"""
SELECT held.period_no, held.count, held.previous, ({_IS_ATTACK})
FROM (SELECT %(key)s AS key) asked LEFT JOIN gate_counter held ON held.key = asked.key
"""  # noqa: S608


def count_and_log(rows: Sequence[Row], values: dict) -> tuple[str, str]:
    """Outcome and the scopes reached, with the words `attack` and `crossed` where they apply.

    `rows` in the order of their keys, so that two requests never wait for each other in a ring.
    `values`: now, tail, cell, bucket, network, detail, matched, subject, canary, alarm_due. On
    SQLite to be called inside a transaction.
    """
    values = values | {"now": connection.ops.adapt_datetimefield_value(values["now"])}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            columns = dict(zip(Row._fields, map(list, zip(*rows, strict=True)), strict=True))
            cursor.execute(_POSTGRESQL, values | columns)
        else:
            values["asked"] = json.dumps(rows)
            cursor.execute(_SQLITE_COUNT, values)
            values["counted"] = json.dumps(cursor.fetchall())
            cursor.execute(_SQLITE_LOG, values)
        outcome, reached = cursor.fetchone()
    return outcome, reached


def count(rows: Sequence[Row], now: datetime) -> set[str]:
    """The scopes that were at their limit before this; counts under all of them, logs nothing."""
    values: dict = {"now": connection.ops.adapt_datetimefield_value(now)}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            columns = dict(zip(Row._fields, map(list, zip(*rows, strict=True)), strict=True))
            cursor.execute(_POSTGRESQL_COUNT, values | columns)
        else:
            cursor.execute(_SQLITE_COUNT, values | {"asked": json.dumps(rows)})
        counted = {key: (count, previous) for key, count, previous in cursor.fetchall()}
    before = {row.scope: _before(row, *counted[row.key]) >= row.most for row in rows}
    return {scope for scope, is_reached in before.items() if is_reached}


def _before(row: Row, count: int, previous: int) -> float:
    """As `weighed` reckons it."""
    return count - row.increment + previous * (1 - row.elapsed)


def is_attack(now: datetime) -> bool:
    """Attack mode, as the last crossing or a supervisor left it."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_ATTACK, {"now": connection.ops.adapt_datetimefield_value(now)})
        row = cursor.fetchone()
    return bool(row and row[0])


def weighs(row: Row, now: datetime) -> tuple[float, bool]:
    """How much weighs on a limit now, and whether there is attack mode; counts nothing."""
    values = {"key": row.key, "now": connection.ops.adapt_datetimefield_value(now)}
    with connection.cursor() as cursor:
        cursor.execute(_WEIGHS, values)
        period_no, count, previous, attack = cursor.fetchone()
    if period_no is None or period_no < row.period_no - 1:
        return 0, bool(attack)
    if period_no < row.period_no:
        return count * (1 - row.elapsed), bool(attack)
    return count + previous * (1 - row.elapsed), bool(attack)
