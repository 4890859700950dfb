"""Temporary tables in which a chunk lies while it is merged, on PostgreSQL and on SQLite.

Both take the same rows of text and the same SQL; what differs is how rows get in (COPY or
executemany), how a text becomes a date, and how loads are kept apart.
"""

from collections.abc import Iterable, Sequence

from django.db import connection

from receipts.imports.columns import NAMES, PLACE_NAMES, TYPES
from receipts.imports.completing import CHANGEABLE

# Any number will do, as long as nothing else in this database takes it.
_ONE_LOAD_AT_A_TIME = 0x58_69_61_6F


def _texts(names: Iterable[str]) -> str:
    return ", ".join(f"{name} text NOT NULL" for name in names)


TABLES = {
    "staged_row": f"line integer NOT NULL, place integer NOT NULL, {_texts(NAMES[2:])}",
    "staged_place": "place integer NOT NULL, merchant_id bigint NOT NULL, terminal_id bigint",
    "staged_shop": _texts(PLACE_NAMES),
    "staged_match": "line integer NOT NULL, payment_id {uuid} NOT NULL",
    "staged_change": f"steps integer NOT NULL, terminal_id bigint, {_texts(['id', *CHANGEABLE])}",
    "staged_reversal": "line integer NOT NULL, terminal_id bigint, original_terminal_id bigint, "
    + _texts(
        [
            *("source", "source_id", "acquirer_code", "rrn", "local_date"),
            *("batch_no", "voucher_no", "original_source_id", "original_batch_no"),
            *("original_voucher_no", "original_rrn", "original_date"),
        ]
    ),
    "staged_outcome": "steps integer NOT NULL, id {uuid} NOT NULL, status text NOT NULL, "
    "refunded_minor bigint NOT NULL",
}
_CASTS = {
    "postgresql": {
        "text": "{}",
        "date": "NULLIF({}, '')::date",
        "moment": "{}::timestamptz",
        "integer": "NULLIF({}, '')::bigint",
        "boolean": "({} = '1')",
        "json": "{}::jsonb",
        "uuid": "{}::uuid",
    },
    "sqlite": {
        "text": "{}",
        "date": "NULLIF({}, '')",
        "moment": "{}",
        "integer": "CAST(NULLIF({}, '') AS integer)",
        "boolean": "({} = '1')",
        "json": "{}",
        "uuid": "{}",
    },
}


def typed(alias: str, name: str) -> str:
    """SQL for a staged text as the value it stands for."""
    return _CASTS[connection.vendor][TYPES.get(name, "text")].format(f"{alias}.{name}")


def is_postgres() -> bool:
    return connection.vendor == "postgresql"


def prepare(cursor) -> None:
    """Make the tables, in the transaction of a chunk, and wait until no other chunk is merged.

    Chunks are merged one at a time, whoever brings them: whether a payment is there already must
    not depend on who commits first. SQLite does so by itself (BEGIN IMMEDIATE).
    """
    if is_postgres():
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_LOAD_AT_A_TIME])
        # These tables are gone at commit, so the planner knows nothing of them; what it would
        # guess changes with the size of the payments. Looking up each row by its key does not.
        cursor.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
        cursor.execute("SET LOCAL enable_seqscan = on; SET LOCAL jit = off")
    end = " ON COMMIT DROP" if is_postgres() else ""
    for table, columns in TABLES.items():
        columns = columns.format(uuid="uuid" if is_postgres() else "text")
        cursor.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS {table} ({columns}){end}")
        empty(cursor, table)


def empty(cursor, table: str) -> None:
    cursor.execute(f"TRUNCATE {table}" if is_postgres() else f"DELETE FROM {table}")  # noqa: S608


def fill(cursor, table: str, rows: Sequence[Sequence], columns: Sequence[str] = ()) -> None:
    """Put rows of texts and whole numbers into a staging table; None is NULL."""
    if not rows:
        return
    named = f" ({', '.join(columns)})" if columns else ""
    if is_postgres():
        text = "\n".join("\t".join(["\x02" if v is None else str(v) for v in r]) for r in rows)
        # Texts are one printable line each, so the backslash alone means something to COPY.
        with cursor.copy(f"COPY {table}{named} FROM STDIN (NULL '\x02')") as copy:
            copy.write(text.replace("\\", "\\\\") + "\n")
    else:
        marks = ", ".join(["?"] * len(rows[0]))
        sql = f"INSERT INTO {table}{named} VALUES ({marks})"  # noqa: S608
        # Django's own wrapper would rewrite the placeholders of every row.
        cursor.connection.executemany(sql, rows)
