"""Temporary tables in which a chunk lies while it is merged, on PostgreSQL and on SQLite.

Both take the same rows of text and the same SQL; what differs is how rows get in (COPY or
executemany), how a text becomes a date, and how loads are kept apart.
"""

from collections.abc import Iterable, Sequence
from operator import itemgetter

from django.db import connection

from receipts.imports.columns import EMPTY, PLACE_NAMES, STAGED, TYPES
from receipts.imports.completing import CHANGEABLE

# Any number will do, as long as nothing else in this database takes it.
_ONE_LOAD_AT_A_TIME = 0x58_69_61_6F


def _texts(names: Iterable[str]) -> str:
    return ", ".join(f"{name} text NOT NULL" for name in names)


def _of_a_row() -> str:
    """What nearly no file tells is not carried for each row: it is what it is by default."""
    return ", ".join(
        f"{STAGED[at]} text NOT NULL DEFAULT '{EMPTY[at]}'" for at in range(2, len(STAGED))
    )


TABLES = {
    "staged_row": f"line integer NOT NULL, place integer NOT NULL, {_of_a_row()}",
    "staged_place": "place integer PRIMARY KEY, merchant_id bigint NOT NULL, terminal_id bigint",
    "staged_shop": _texts(PLACE_NAMES),
    "staged_match": "line integer NOT NULL, payment_id {uuid} NOT NULL, same_voucher boolean, "
    "has_news boolean",
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


def lookup(table: str, alias: str, condition: str) -> str:
    """A join that looks up each row on its left by an index of `table`, however large that is.

    The planners know nothing of tables that are gone at commit, and what they guess changes with
    the size of the payments. PostgreSQL has nothing to guess behind OFFSET 0; SQLite keeps to the
    order of a CROSS JOIN.
    """
    if is_postgres():
        inner = f"SELECT {alias}.* FROM {table} {alias} WHERE {condition} OFFSET 0"  # noqa: S608
        return f"JOIN LATERAL ({inner}) {alias} ON TRUE"
    return f"CROSS JOIN {table} {alias} ON {condition}"


def rows_in_their_places() -> str:
    """The rows `s` with the merchant and terminal `l` of each, row by row."""
    join = "JOIN" if is_postgres() else "CROSS JOIN"
    return f"staged_row s {join} staged_place l ON l.place = s.place"


def is_postgres() -> bool:
    return connection.vendor == "postgresql"


def prepare(cursor) -> None:
    """At the beginning of a chunk's transaction: wait until no other chunk is merged.

    Chunks are merged one at a time, whoever brings them: whether a payment is there already must
    not depend on who commits first. SQLite does so by itself (BEGIN IMMEDIATE).
    """
    if is_postgres():
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_LOAD_AT_A_TIME])
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL jit = off")
        cursor.execute("SET LOCAL work_mem = '64MB'")


def empty(cursor, *tables: str) -> None:
    """Have these tables, with nothing in them. They are made when they are first asked for: on
    PostgreSQL that costs more than a few rows do, and they go at the commit."""
    there: set[str] = set()
    if is_postgres():
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) name"
            " WHERE to_regclass('pg_temp.' || name) IS NOT NULL",
            [list(tables)],
        )
        there = {name for (name,) in cursor.fetchall()}
    for table in tables:
        columns = TABLES[table].replace("{uuid}", "uuid" if is_postgres() else "text")
        if not is_postgres():
            cursor.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS {table} ({columns})")
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608
        elif table not in there:
            cursor.execute(f"CREATE TEMPORARY TABLE {table} ({columns}) ON COMMIT DROP")
    if there:
        cursor.execute(f"TRUNCATE {', '.join(sorted(there))}")


def fill(cursor, table: str, rows: Sequence[Sequence]) -> None:
    """Put rows of texts and whole numbers, in the table's own order, into a staging table."""
    if not rows:
        return
    if is_postgres():
        text = "\n".join("\t".join(["\x02" if v is None else str(v) for v in r]) for r in rows)
        _copy(cursor, table, text)
    else:
        _insert(cursor, table, rows)


ALL_COLUMNS = tuple(range(len(STAGED)))


def payments_as_text(rows: Sequence[Sequence], columns: Sequence[int] = ALL_COLUMNS) -> str:
    """Rows for COPY into `staged_row`; made ahead, while the database is busy with others."""
    rest = itemgetter(*columns[2:])
    return "\n".join([f"{row[0]}\t{row[1]}\t" + "\t".join(rest(row)) for row in rows])


def fill_payments(
    cursor, rows: Sequence[Sequence], columns: Sequence[int] = ALL_COLUMNS, text: str = ""
) -> None:
    """`columns`, which begin with line and place, are those in which a row may say something;
    `text` is what payments_as_text made of them, if it was asked before."""
    if not rows:
        return
    table = f"staged_row ({', '.join(STAGED[column] for column in columns)})"
    if is_postgres():
        _copy(cursor, table, text or payments_as_text(rows, columns))
    else:
        _insert(cursor, table, list(map(itemgetter(*columns), rows)))


def _copy(cursor, table: str, text: str) -> None:
    # Texts are one printable line each, so the backslash alone means something to COPY.
    with cursor.copy(f"COPY {table} FROM STDIN (NULL '\x02')") as copy:
        copy.write(text.replace("\\", "\\\\") + "\n")


def _insert(cursor, table: str, rows: Sequence[Sequence]) -> None:
    marks = ", ".join("?" * len(rows[0]))
    # Django's own wrapper would rewrite the placeholders of every row.
    cursor.connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608
