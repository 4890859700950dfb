"""The trail's guards and tests: off where a test database is emptied, or tampered with on purpose.

Nothing of this is in the product: it takes the rights of whoever owns the tables.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from disputes import money_guard
from portal.audit import guards


@contextmanager
def unguarded() -> Iterator[None]:
    """As the tables' owner who has taken the triggers away, and puts them back."""
    guards.remove(connection)
    try:
        yield
    finally:
        guards.install(connection)


NAMES_OF_MODELS = ("django_content_type", "auth_permission")


def _emptied_by_rows(connection, statements: list[str]) -> bool:
    """PostgreSQL takes a third of a second to truncate a hundred tables, most of them empty; to
    delete the rows of the others, a superuser with all triggers off, a tenth of that. Whether it
    was done."""
    if connection.vendor == "sqlite":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser')")
        if cursor.fetchone() != ("on",):
            return False
        cursor.execute("SET LOCAL session_replication_role = replica")
        tables = re.findall(r'"(\w+)"', " ".join(statements))
        filled = (f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in tables)  # noqa: S608  ours
        cursor.execute(" UNION ALL ".join(filled))
        for (name,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {name}")  # noqa: S608
    return True


@contextmanager
def emptied_past_the_guards() -> Iterator[None]:
    """A test with `transaction=True` ends with every table emptied, which the trail refuses: for
    that moment, and in this process's test database only, its triggers are off.

    The names of Django's own models and of their rights stay: every migration writes the same.
    """
    # On the class: a browser's event loop makes Django open another connection of the same thread.
    operations = type(connection.ops)
    plain = operations.execute_sql_flush

    def flush(self, statements) -> None:
        kept = re.compile("|".join(f'"{table}"(, )?' for table in NAMES_OF_MODELS))
        if self.connection.vendor == "sqlite":
            statements = [each for each in statements if not kept.search(each)]
        else:
            statements = [kept.sub("", each) for each in statements]
        with transaction.atomic(using=self.connection.alias):
            if _emptied_by_rows(self.connection, statements):
                return
            guards.remove(self.connection)
            money_guard.GUARDS.remove(self.connection)
            plain(self, statements)
            guards.install(self.connection)
            money_guard.GUARDS.install(self.connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "execute_sql_flush", flush)
        yield
