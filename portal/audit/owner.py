"""The two roles on PostgreSQL: the product's own, which can only add to the trail, and the owner of
the tables, under whom migrations run (MIGRATE_DATABASE_URL)."""

from collections.abc import Iterator
from contextlib import contextmanager

import environ
from django.conf import settings
from django.db import connection

IDENTITY = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT")


@contextmanager
def owner() -> Iterator[None]:
    """While this lasts, the database is opened under the owner's role, if one is set."""
    if not settings.MIGRATE_DATABASE_URL:
        yield
        return
    other = environ.Env.db_url_config(settings.MIGRATE_DATABASE_URL)
    kept = dict(connection.settings_dict)
    let_go()
    connection.settings_dict.update(
        {name: other.get(name, "") for name in IDENTITY},
        OPTIONS={k: v for k, v in kept["OPTIONS"].items() if k != "pool"}
        | other.get("OPTIONS", {}),
    )
    try:
        yield
    finally:
        let_go()
        connection.settings_dict.update(kept)


def let_go() -> None:
    """Close the database with its pool: a process that forks later must not hand it on."""
    connection.close()
    if hasattr(connection, "close_pool"):
        connection.close_pool()


def powers(cursor) -> list[str]:
    """By which ways the role of this connection (PostgreSQL) could undo the trail's triggers."""
    cursor.execute(
        """
        SELECT r.rolsuper, r.rolcreaterole, r.rolreplication,
          EXISTS (SELECT 1 FROM pg_class c WHERE c.relname LIKE 'audit\\_%%'
            AND c.relnamespace = current_schema()::regnamespace
            AND pg_has_role(current_user, c.relowner, 'MEMBER')),
          EXISTS (SELECT 1 FROM pg_proc p WHERE p.proname LIKE 'audit\\_%%'
            AND p.pronamespace = current_schema()::regnamespace
            AND pg_has_role(current_user, p.proowner, 'MEMBER')),
          EXISTS (SELECT 1 FROM pg_namespace n WHERE n.nspname = current_schema()
            AND pg_has_role(current_user, n.nspowner, 'MEMBER')),
          EXISTS (SELECT 1 FROM pg_database d WHERE d.datname = current_database()
            AND pg_has_role(current_user, d.datdba, 'MEMBER')),
          current_setting('server_version_num')::int
        FROM pg_roles r WHERE r.rolname = current_user
        """
    )
    *state, version = cursor.fetchone()
    words = (
        "it is a superuser",
        "it may make roles, and so give itself the owner's",
        "it may replicate",
        "it owns tables of the trail, or may act as their owner",
        "it owns functions of the trail, or may act as their owner",
        "it owns the schema, or may act as its owner",
        "it owns the database, or may act as its owner",
    )
    found = [word for word, true in zip(words, state, strict=True) if true]
    if version >= 150000:
        cursor.execute(
            "SELECT has_parameter_privilege(current_user, 'session_replication_role', 'SET')"
        )
        if cursor.fetchone()[0] and not state[0]:
            found.append("it may set session_replication_role, which silences triggers")
    return found
