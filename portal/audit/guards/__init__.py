"""The triggers that keep the trail append-only, on PostgreSQL and on SQLite.

`install` writes them, `faults` says what is not as `install` would leave it. A migration that
changes a table of the trail ends with `RunPython(guards.renew)`: SQLite rebuilds a table that it
alters, and its triggers go with the old one.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

from portal.audit.guards import postgresql, sqlite

# What is added to and never changed.
SWORN = (
    "audit_event",
    "audit_leaf",
    "audit_subtree",
    "audit_checkpoint",
    "audit_checkpointkey",
    "audit_outsidecopy",
)
# Kept by the others' triggers alone (heads of chains, the queue), or erased and never changed.
TENDED = ("audit_chain", "audit_pending", "audit_opening")
TABLES = SWORN + TENDED


def _of(connection: BaseDatabaseWrapper):
    return {"postgresql": postgresql, "sqlite": sqlite}[connection.vendor]


def install(connection: BaseDatabaseWrapper) -> None:
    """Write every trigger anew. On PostgreSQL only the tables' owner may."""
    _of(connection).install(connection)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take them away: for the migration backwards."""
    _of(connection).remove(connection)


def faults(connection: BaseDatabaseWrapper) -> list[str]:
    """What is missing, altered or in the way of the triggers, each in a sentence."""
    return _of(connection).faults(connection)


def renew(_apps, schema_editor) -> None:
    """For migrations."""
    install(schema_editor.connection)
