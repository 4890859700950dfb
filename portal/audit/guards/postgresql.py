"""On PostgreSQL the chain itself is computed in a trigger: whoever inserts an event, by whichever
way, gets the next place of its subject, and the row cannot say otherwise.

The functions run with the rights of the tables' owner, so that the product's own role needs none
on the heads of the chains.
"""

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

ROW, BEFORE, INSERT, DELETE, UPDATE, TRUNCATE = 1, 2, 4, 8, 16, 32  # pg_trigger.tgtype
WORDS = {INSERT: "INSERT", DELETE: "DELETE", UPDATE: "UPDATE", TRUNCATE: "TRUNCATE"}

FUNCTIONS = {
    # A statement is refused even where it would meet no row: nobody has a reason to try.
    "audit_refuse": """
BEGIN
    RAISE EXCEPTION 'the audit trail only grows: % of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
""",
    "audit_refuse_outside_triggers": """
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'only an event''s own trigger does this: % of % is refused',
            TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
""",
    # The text comes in three parts, with U+001F between them, which JSON text cannot hold: the
    # hash before and the sequence go in between (portal.audit.trail). The id is drawn under the
    # chain's lock, so that ids of one subject run as its sequence does.
    "audit_chain_event": """
DECLARE
    parts text[] := string_to_array(NEW.text, E'\\x1f');
    place integer;
    before text;
BEGIN
    IF cardinality(parts) IS DISTINCT FROM 3 THEN
        RAISE EXCEPTION 'the text of an event comes in three parts'
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT sequence, hash INTO place, before FROM audit_chain
        WHERE subject = NEW.subject FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO audit_chain (subject, sequence, hash) VALUES (NEW.subject, 0, '')
            ON CONFLICT DO NOTHING;
        SELECT sequence, hash INTO place, before FROM audit_chain
            WHERE subject = NEW.subject FOR UPDATE;
    END IF;
    NEW.id := nextval('audit_event_id_seq');
    NEW.sequence := place + 1;
    NEW.previous_hash := before;
    NEW.text := parts[1] || before || parts[2] || NEW.sequence::text || parts[3];
    NEW.hash := encode(sha256(convert_to(NEW.text, 'UTF8')), 'hex');
    UPDATE audit_chain SET sequence = NEW.sequence, hash = NEW.hash WHERE subject = NEW.subject;
    INSERT INTO audit_pending (event_id) VALUES (NEW.id);
    RETURN NEW;
END
""",
    "audit_number_leaf": """
BEGIN
    IF NEW.number <> (SELECT coalesce(max(number) + 1, 0) FROM audit_leaf) THEN
        RAISE EXCEPTION 'leaf % is not the next', NEW.number USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
""",
    "audit_order_checkpoint": """
BEGIN
    IF NEW.size <= (SELECT max(size) FROM audit_checkpoint) THEN
        RAISE EXCEPTION 'a checkpoint of % leaves is not news', NEW.size
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
""",
    "audit_leave_queue": """
BEGIN
    IF NOT EXISTS (SELECT 1 FROM audit_leaf WHERE event_id = OLD.event_id) THEN
        RAISE EXCEPTION 'event % has no leaf yet', OLD.event_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END
""",
}


@dataclass(frozen=True)
class Trigger:
    name: str
    table: str
    events: int
    function: str
    each_row: bool = False

    @property
    def kind(self) -> int:
        return BEFORE | self.events | (ROW if self.each_row else 0)

    @property
    def sql(self) -> str:
        events = " OR ".join(word for bit, word in WORDS.items() if self.events & bit)
        each = "ROW" if self.each_row else "STATEMENT"
        return (
            f"CREATE TRIGGER {self.name} BEFORE {events} ON {self.table} "
            f"FOR EACH {each} EXECUTE FUNCTION {self.function}()"
        )


def _only_grows(table: str) -> Trigger:
    return Trigger(f"{table}_kept", table, UPDATE | DELETE | TRUNCATE, "audit_refuse")


TRIGGERS = (
    _only_grows("audit_event"),
    Trigger("audit_event_chained", "audit_event", INSERT, "audit_chain_event", each_row=True),
    _only_grows("audit_leaf"),
    Trigger("audit_leaf_numbered", "audit_leaf", INSERT, "audit_number_leaf", each_row=True),
    _only_grows("audit_subtree"),
    _only_grows("audit_checkpoint"),
    Trigger(
        "audit_checkpoint_ordered",
        "audit_checkpoint",
        INSERT,
        "audit_order_checkpoint",
        each_row=True,
    ),
    _only_grows("audit_checkpointkey"),
    _only_grows("audit_outsidecopy"),
    Trigger("audit_opening_kept", "audit_opening", UPDATE | TRUNCATE, "audit_refuse"),
    Trigger("audit_chain_kept", "audit_chain", DELETE | TRUNCATE, "audit_refuse"),
    Trigger("audit_chain_tended", "audit_chain", INSERT | UPDATE, "audit_refuse_outside_triggers"),
    Trigger("audit_pending_kept", "audit_pending", UPDATE | TRUNCATE, "audit_refuse"),
    Trigger("audit_pending_filled", "audit_pending", INSERT, "audit_refuse_outside_triggers"),
    Trigger("audit_pending_left", "audit_pending", DELETE, "audit_leave_queue", each_row=True),
)
TABLES = sorted({trigger.table for trigger in TRIGGERS})


def install(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        _settle(cursor)
        cursor.execute("SELECT quote_ident(current_schema())")
        schema = cursor.fetchone()[0]
        for name, body in FUNCTIONS.items():
            # A table that somebody lays into a temporary schema must not stand in for ours.
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
                f"SECURITY DEFINER SET search_path = {schema}, pg_temp AS $body${body}$body$"
            )
        for trigger in TRIGGERS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name} ON {trigger.table}")
            cursor.execute(trigger.sql)
        _take_back_rights(cursor)


def _take_back_rights(cursor) -> None:
    """Nobody but the owner needs to change what only grows. An installation's default privileges
    may give it to the product's role (docs/install.md)."""
    cursor.execute(
        """
        SELECT DISTINCT c.relname, CASE a.grantee WHEN 0 THEN 'PUBLIC'
               ELSE quote_ident(pg_get_userbyid(a.grantee)) END
        FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.oid = ANY (%s::regclass[]) AND a.grantee <> c.relowner
          AND a.privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER')
        """,
        [[trigger.table for trigger in TRIGGERS if trigger.function == "audit_refuse"]],
    )
    for table, role in cursor.fetchall():
        also = {"audit_opening": "UPDATE", "audit_pending": "UPDATE", "audit_chain": "DELETE"}
        rights = also.get(table, "UPDATE, DELETE")
        cursor.execute(f"REVOKE {rights}, TRUNCATE, TRIGGER ON {table} FROM {role}")


def _settle(cursor) -> None:
    """Rows of this transaction whose foreign keys are still to be checked forbid what follows."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def remove(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        _settle(cursor)
        for trigger in TRIGGERS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name} ON {trigger.table}")
        for name in FUNCTIONS:
            cursor.execute(f"DROP FUNCTION IF EXISTS {name}()")


def faults(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        found = _triggers(cursor)
        wrong = [
            f"the trigger {trigger.name} on {trigger.table} is missing"
            for trigger in TRIGGERS
            if trigger.name not in found
        ]
        wanted = {
            t.name: (t.table, t.kind, t.function, FUNCTIONS[t.function], True) for t in TRIGGERS
        }
        for name, state in found.items():
            if name not in wanted:
                wrong.append(f"the trigger {name} on {state[0]} is not one of ours")
            elif state != wanted[name]:
                wrong.append(f"the trigger {name} on {state[0]} is switched off or altered")
        return wrong + _in_the_way(cursor)


def _triggers(cursor) -> dict[str, tuple]:
    cursor.execute(
        """
        SELECT t.tgname, c.relname, t.tgtype, p.proname, p.prosrc,
               t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL AND t.tgattr = ''::int2vector
               AND p.prosecdef AND p.proowner = c.relowner
               AND p.proconfig[1] LIKE 'search\\_path=%%, pg\\_temp'
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE NOT t.tgisinternal AND c.oid = ANY (%s::regclass[])
        """,
        [TABLES],
    )
    return {name: tuple(state) for name, *state in cursor.fetchall()}


def _in_the_way(cursor) -> list[str]:
    """Rewrite rules and row security could make a statement do something else before any trigger
    sees it; a table laid over ours would take the rows."""
    cursor.execute(
        """
        SELECT c.relname FROM pg_class c
        WHERE c.oid = ANY (%s::regclass[]) AND (
            EXISTS (SELECT 1 FROM pg_rewrite r WHERE r.ev_class = c.oid)
            OR c.relrowsecurity OR c.relkind <> 'r' OR c.relpersistence <> 'p'
            OR EXISTS (SELECT 1 FROM pg_inherits i WHERE c.oid IN (i.inhparent, i.inhrelid)))
        """,
        [TABLES],
    )
    return [f"a rule, policy or other table stands before {name}" for (name,) in cursor.fetchall()]
