"""On SQLite the chain is computed in Python under the database's one write lock; the triggers hold
that each row is the next. `INSERT OR REPLACE` deletes without a DELETE trigger, so what it would
replace is refused at the INSERT.
"""

from django.db.backends.base.base import BaseDatabaseWrapper


def _refused(name: str, table: str, what: str, when: str = "", why: str = "") -> tuple[str, str]:
    reason = why or f"the audit trail only grows: {what} of {table} is refused"
    condition = f" WHEN {when}" if when else ""
    return name, (
        f"CREATE TRIGGER {name} BEFORE {what} ON {table}{condition} "
        f"BEGIN SELECT RAISE(ABORT, '{reason}'); END"
    )


def _only_grows(table: str, *keys: str) -> list[tuple[str, str]]:
    """`keys` are the conditions under which a new row would replace one that is there."""
    there = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {key})" for key in keys)  # noqa: S608  ours
    return [
        _refused(f"{table}_no_update", table, "UPDATE"),
        _refused(f"{table}_no_delete", table, "DELETE"),
        _refused(f"{table}_no_replace", table, "INSERT", there),
    ]


def _counted(name: str, when: str, head: str) -> tuple[str, str]:
    """An event that is in moves its subject's head, and waits for its leaf."""
    waits = "INSERT INTO audit_pending (event_id) VALUES (NEW.id)"
    trigger = f"CREATE TRIGGER {name} AFTER INSERT ON audit_event"
    return name, f"{trigger} WHEN {when} BEGIN {head}; {waits}; END"


TRIGGERS = dict(
    [
        *_only_grows("audit_event", "id = NEW.id"),
        _refused(
            "audit_event_chained",
            "audit_event",
            "INSERT",
            "(NEW.sequence, NEW.previous_hash) IS NOT "
            "(SELECT coalesce(max(sequence), 0) + 1, coalesce(max(hash), '') "
            "FROM audit_chain WHERE subject = NEW.subject)",
            "an event takes the next place of its subject",
        ),
        # Two rather than an upsert, which would ask both triggers of the head.
        _counted(
            "audit_event_began",
            "NEW.sequence = 1",
            "INSERT INTO audit_chain (subject, sequence, hash) "
            "VALUES (NEW.subject, NEW.sequence, NEW.hash)",
        ),
        _counted(
            "audit_event_counted",
            "NEW.sequence <> 1",
            "UPDATE audit_chain SET sequence = NEW.sequence, hash = NEW.hash "
            "WHERE subject = NEW.subject",
        ),
        *_only_grows("audit_leaf", "number = NEW.number", "event_id = NEW.event_id"),
        _refused(
            "audit_leaf_numbered",
            "audit_leaf",
            "INSERT",
            "NEW.number IS NOT coalesce((SELECT max(number) FROM audit_leaf), -1) + 1",
            "a leaf takes the next number",
        ),
        *_only_grows("audit_subtree", 'level = NEW.level AND "index" = NEW."index"'),
        *_only_grows("audit_checkpoint", "size >= NEW.size"),
        *_only_grows("audit_checkpointkey", "vkey = NEW.vkey"),
        *_only_grows(
            "audit_outsidecopy",
            "id = NEW.id",
            "way = NEW.way AND reference = NEW.reference AND checkpoint_id = NEW.checkpoint_id",
        ),
        _refused("audit_opening_no_update", "audit_opening", "UPDATE"),
        _refused(
            "audit_opening_no_replace",
            "audit_opening",
            "INSERT",
            "EXISTS (SELECT 1 FROM audit_opening WHERE id = NEW.id "
            "OR event_id = NEW.event_id AND field = NEW.field)",
        ),
        _refused("audit_chain_no_delete", "audit_chain", "DELETE"),
        # Whoever moves a head by hand can only move it to where it belongs.
        *(
            _refused(
                f"audit_chain_tended_{what.lower()}",
                "audit_chain",
                what,
                "(NEW.sequence, NEW.hash) IS NOT (SELECT sequence, hash FROM audit_event "
                "WHERE subject = NEW.subject ORDER BY sequence DESC LIMIT 1)",
                "the head of a chain is its last event",
            )
            for what in ("INSERT", "UPDATE")
        ),
        _refused("audit_pending_no_update", "audit_pending", "UPDATE"),
        _refused(
            "audit_pending_filled",
            "audit_pending",
            "INSERT",
            "EXISTS (SELECT 1 FROM audit_leaf WHERE event_id = NEW.event_id) "
            "OR EXISTS (SELECT 1 FROM audit_pending WHERE event_id = NEW.event_id)",
        ),
        _refused(
            "audit_pending_left",
            "audit_pending",
            "DELETE",
            "NOT EXISTS (SELECT 1 FROM audit_leaf WHERE event_id = OLD.event_id)",
            "an event leaves the queue with its leaf",
        ),
    ]
)


def install(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for name, sql in TRIGGERS.items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            cursor.execute(sql)


def remove(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for name in TRIGGERS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def faults(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, tbl_name, sql FROM sqlite_master "
            r"WHERE type = 'trigger' AND tbl_name LIKE 'audit\_%' ESCAPE '\'"
        )
        found = {name: (table, sql) for name, table, sql in cursor.fetchall()}
    wrong = [f"the trigger {name} is missing" for name in TRIGGERS if name not in found]
    for name, (table, sql) in found.items():
        if name not in TRIGGERS:
            wrong.append(f"the trigger {name} on {table} is not one of ours")
        elif sql != TRIGGERS[name]:
            wrong.append(f"the trigger {name} on {table} is altered")
    return wrong
