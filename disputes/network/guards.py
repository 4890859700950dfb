"""Triggers that keep steps and what was sent as they were written; only erasing empties words and
files. Written anew after each migration where they are not there: SQLite rebuilds a table that it
alters, and its triggers go with the old one.
"""

from django.db import connections
from django.db.models.signals import post_migrate

# Table → columns that never change, and one that may only become empty.
KEPT = {
    "disputes_networkstep": (
        ("dispute_id", "code", "at", "amount_minor", "network_ref", "due_at", "by_id"),
        "text",
    ),
    "disputes_networkevidence": (("step_id", "items", "sha256", "size"), "file"),
}
SAYS = "what was sent to the network stays as it was sent"


def _changed(vendor: str, table: str) -> str:
    columns, emptied = KEPT[table]
    differs = "IS NOT" if vendor == "sqlite" else "IS DISTINCT FROM"
    parts = [f'NEW."{name}" {differs} OLD."{name}"' for name in columns]
    parts.append(f"""(NEW."{emptied}" {differs} OLD."{emptied}" AND NEW."{emptied}" <> '')""")
    return " OR ".join(parts)


def install(connection) -> None:
    remove(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE FUNCTION network_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"RAISE EXCEPTION '{SAYS}' USING ERRCODE = 'restrict_violation'; END $$"
            )
        for table in KEPT:
            changed = _changed(connection.vendor, table)
            if connection.vendor == "postgresql":
                cursor.execute(
                    f"CREATE TRIGGER {table}_stays BEFORE UPDATE ON {table} FOR EACH ROW "
                    f"WHEN ({changed}) EXECUTE FUNCTION network_refuse()"
                )
            else:
                cursor.execute(
                    f"CREATE TRIGGER {table}_stays BEFORE UPDATE ON {table} "
                    f"WHEN {changed} BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
                )


def remove(connection) -> None:
    with connection.cursor() as cursor:
        for table in KEPT:
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_stays{on}")
        if connection.vendor == "postgresql":
            cursor.execute("DROP FUNCTION IF EXISTS network_refuse()")


def are_there(connection) -> bool:
    names = [f"{table}_stays" for table in KEPT]
    catalogue = (
        ("pg_trigger", "tgname") if connection.vendor == "postgresql" else ("sqlite_master", "name")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {catalogue[0]} WHERE {catalogue[1]} IN (%s, %s)",  # noqa: S608
            names,
        )
        return cursor.fetchone()[0] >= len(names)


def register(app) -> None:
    post_migrate.connect(_after, sender=app, dispatch_uid="network_guards")


def _after(sender, using="default", **_kwargs) -> None:
    connection = connections[using]
    there = set(connection.introspection.table_names())
    if set(KEPT) <= there and not are_there(connection):
        install(connection)
