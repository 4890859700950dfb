"""What one person asks for and another decides: held by the database too, whoever writes to it.

An app registers its table; triggers then hold, on PostgreSQL and SQLite, that a row begins
undecided under the person that the asker's account belongs to, that what was asked for stays as it
was read, that it is decided once, and by a supervisor whose account belongs to another person, now
and when it was asked (`portal.accounts.persons`). Like `disputes.money_guard`, the triggers are
written after every migration, and taken away before one on SQLite, which cannot rename a table
while a trigger names it.
"""

# ruff: noqa: S608  the names in these texts are our own
from dataclasses import dataclass

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate, pre_migrate


@dataclass(frozen=True)
class Decision:
    """Columns of `table`: whose account asked, which person that was, whose account decided, and
    the state, which is `waiting` at first. In `decided` a second person stands behind it; any other
    state ends it without one. `fixed` never changes, `words` may only be emptied."""

    table: str
    decided_by: str
    state: str
    decided: tuple[str, ...]
    fixed: tuple[str, ...]
    words: str

    @property
    def name(self) -> str:
        return f"{self.table}_two_people"

    @property
    def wrong(self) -> dict[str, str]:
        """What is refused, by what was to be done; the same words on both databases."""
        return {
            "begins": f"a row of {self.table} begins undecided, asked for by a person",
            "changes": f"what {self.table} was asked for does not change, nor what was decided",
            "decided": f"{self.table} is decided by a supervisor who is another person",
        }

    def conditions(self, *, distinct: str, lock: str) -> dict[str, str]:
        """`distinct` is the database's null-safe difference; `lock` keeps a membership until the
        end of the transaction."""
        who, state = self.decided_by, self.state
        decided = ", ".join(f"'{each}'" for each in self.decided)
        fixed = ("id", "asked_by_id", "asker_person", "asked_at", *self.fixed)
        altered = " OR ".join(f'OLD."{name}" {distinct} NEW."{name}"' for name in fixed)
        asker = (
            "SELECT 1 FROM accounts_user u"
            " WHERE u.id = NEW.asked_by_id AND u.person = NEW.asker_person"
        )
        other = (
            f"SELECT 1 FROM accounts_user u, accounts_user a WHERE u.id = NEW.{who}"
            " AND a.id = NEW.asked_by_id AND u.is_active"
            " AND u.person NOT IN (a.person, NEW.asker_person)"
        )
        supervisor = (
            "SELECT 1 FROM accounts_membership m"
            " JOIN accounts_organisation g ON g.id = m.organisation_id"
            f" WHERE m.user_id = NEW.{who} AND m.role = 'supervisor' AND m.is_active"
            f" AND g.is_active{lock}"
        )
        return {
            "begins": f"NEW.{state} <> 'waiting' OR NEW.{who} IS NOT NULL OR NOT EXISTS ({asker})",
            "changes": (
                f"{altered} OR NEW.{self.words} <> OLD.{self.words} AND NEW.{self.words} <> ''"
                f" OR OLD.{state} <> 'waiting'"
                f" AND (OLD.{state} <> NEW.{state} OR OLD.{who} {distinct} NEW.{who})"
            ),
            "decided": (
                f"OLD.{state} = 'waiting' AND (NEW.{state} IN ({decided})"
                f" OR NEW.{who} IS NOT NULL)"
                f" AND NOT (EXISTS ({other}) AND EXISTS ({supervisor}))"
            ),
        }


_decisions: dict[str, Decision] = {}


def register(decision: Decision) -> None:
    _decisions[decision.table] = decision


def _postgres(decision: Decision) -> str:
    when = decision.conditions(distinct="IS DISTINCT FROM", lock=" FOR SHARE OF m")
    said = decision.wrong
    return f"""
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF {when["begins"]} THEN
            RAISE EXCEPTION '{said["begins"]}' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF {when["changes"]} THEN
        RAISE EXCEPTION '{said["changes"]}' USING ERRCODE = 'restrict_violation';
    END IF;
    IF {when["decided"]} THEN
        RAISE EXCEPTION '{said["decided"]}' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
"""


def _sqlite(decision: Decision) -> dict[str, str]:
    when, said = decision.conditions(distinct="IS NOT", lock=""), decision.wrong
    # INSERT OR REPLACE would change a row without an UPDATE.
    there = f"EXISTS (SELECT 1 FROM {decision.table} WHERE id = NEW.id)"
    rows = (
        ("no_replace", "INSERT", there, said["changes"]),
        ("begins", "INSERT", when["begins"], said["begins"]),
        ("changes", "UPDATE", when["changes"], said["changes"]),
        ("decided", "UPDATE", when["decided"], said["decided"]),
    )
    return {
        f"{decision.name}_{name}": f"CREATE TRIGGER {decision.name}_{name} BEFORE {what} "
        f"ON {decision.table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{why}'); END"
        for name, what, condition, why in rows
    }


def install(connection: BaseDatabaseWrapper) -> None:
    """Write every guard anew. On PostgreSQL only the tables' owner may."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for decision in _decisions.values():
            if connection.vendor == "sqlite":
                for name, sql in _sqlite(decision).items():
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                    cursor.execute(sql)
                continue
            name = decision.name
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
                f"AS $guard${_postgres(decision)}$guard$"
            )
            cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {decision.table}")
            cursor.execute(
                f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON {decision.table} "
                f"FOR EACH ROW EXECUTE FUNCTION {name}()"
            )


def remove(connection: BaseDatabaseWrapper) -> None:
    """For SQLite's migrations."""
    with connection.cursor() as cursor:
        for decision in _decisions.values():
            if connection.vendor == "sqlite":
                for name in _sqlite(decision):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            elif decision.table in connection.introspection.table_names(cursor):
                cursor.execute(f"DROP TRIGGER IF EXISTS {decision.name} ON {decision.table}")


def faults(connection: BaseDatabaseWrapper) -> list[str]:
    """What is missing or altered, each in a sentence."""
    wanted: dict[str, str] = {}
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            for decision in _decisions.values():
                wanted |= _sqlite(decision)
        else:
            cursor.execute(
                """
                SELECT t.tgname, t.tgenabled::text || c.relname::text || p.prosrc
                FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
                JOIN pg_class c ON c.oid = t.tgrelid
                WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
                """
            )
            wanted = {d.name: f"O{d.table}{_postgres(d)}" for d in _decisions.values()}
        found = dict(cursor.fetchall())
    return [
        f"the guard {name} is {'altered' if name in found else 'missing'}"
        for name, text in wanted.items()
        if found.get(name) != text
    ]


def connect(app) -> None:
    pre_migrate.connect(_before, sender=app, dispatch_uid="two_people")
    post_migrate.connect(_after, sender=app, dispatch_uid="two_people")


def _before(sender, using="default", plan=(), **_kwargs) -> None:
    if plan and connections[using].vendor == "sqlite":
        remove(connections[using])


def _after(sender, using="default", **_kwargs) -> None:
    connection = connections[using]
    there = set(connection.introspection.table_names())
    if set(_decisions) <= there and faults(connection):
        install(connection)
