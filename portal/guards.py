"""Triggers that hold a rule in the database, whoever writes to it: written anew after every
migration, and taken away before one on SQLite, which cannot rename a table while one names it.

The audit trail keeps its own (portal.audit.guards): they have grants and an owner besides.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate, pre_migrate


@dataclass(frozen=True)
class Function:
    """What PostgreSQL runs BEFORE `events` (INSERT OR UPDATE) of each row of `table`."""

    name: str
    table: str
    events: str
    body: str

    @property
    def trigger(self) -> str:
        return (
            f"CREATE TRIGGER {self.name} BEFORE {self.events} ON {self.table} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.name}()"
        )


@dataclass(frozen=True)
class Guards:
    """`sqlite`: each trigger's text by its name. Both are asked when they are needed: a table may
    be registered after this."""

    sqlite: Callable[[], dict[str, str]]
    postgres: Callable[[], list[Function]]

    def install(self, connection: BaseDatabaseWrapper) -> None:
        """Write every one anew. On PostgreSQL only the tables' owner may."""
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                for name, sql in self.sqlite().items():
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                    cursor.execute(sql)
                return
            for each in self.postgres():
                cursor.execute(
                    f"CREATE OR REPLACE FUNCTION {each.name}() RETURNS trigger LANGUAGE plpgsql "
                    f"AS $guard${each.body}$guard$"
                )
                cursor.execute(f"DROP TRIGGER IF EXISTS {each.name} ON {each.table}")
                cursor.execute(each.trigger)

    def remove(self, connection: BaseDatabaseWrapper) -> None:
        """For SQLite's migrations, and for tests."""
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                for name in self.sqlite():
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                return
            there = connection.introspection.table_names(cursor)
            for each in self.postgres():
                if each.table in there:
                    cursor.execute(f"DROP TRIGGER IF EXISTS {each.name} ON {each.table}")

    def tell(self, number: str, what: str) -> None:
        """Let `manage.py check --deploy --database default` say, as the error of that number, what
        is missing or altered; `what` is what the database is to hold."""

        def check(app_configs, databases=None, **_options) -> list[CheckMessage]:
            if not databases or DEFAULT_DB_ALIAS not in databases:
                return []
            return [
                Error(
                    f"The database does not hold {what}: {fault}.",
                    hint="Find out who did that, then run `manage.py migrate`, which writes it "
                    "anew.",
                    id=number,
                )
                for fault in self.faults(connections[DEFAULT_DB_ALIAS])
            ]

        register(check, Tags.database, deploy=True)

    def faults(self, connection: BaseDatabaseWrapper) -> list[str]:
        """What is missing or altered, each in a sentence."""
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
                wanted = self.sqlite()
            else:
                cursor.execute(
                    """
                    SELECT t.tgname, t.tgenabled::text || c.relname::text || p.prosrc
                    FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
                    JOIN pg_class c ON c.oid = t.tgrelid
                    WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
                    """
                )
                wanted = {each.name: f"O{each.table}{each.body}" for each in self.postgres()}
            found = dict(cursor.fetchall())
        return [
            f"the guard {name} is {'altered' if name in found else 'missing'}"
            for name, text in wanted.items()
            if found.get(name) != text
        ]

    def follow_migrations(self, app, uid: str) -> None:
        """From an app's `ready`; `uid` names these guards among others."""

        def before(sender, using="default", plan=(), **_kwargs) -> None:
            if plan and connections[using].vendor == "sqlite":
                self.remove(connections[using])

        def after(sender, using="default", **_kwargs) -> None:
            connection = connections[using]
            there = set(connection.introspection.table_names())
            if {each.table for each in self.postgres()} <= there and self.faults(connection):
                self.install(connection)

        # Not weakly: nothing else holds them.
        pre_migrate.connect(before, sender=app, dispatch_uid=uid, weak=False)
        post_migrate.connect(after, sender=app, dispatch_uid=uid, weak=False)
