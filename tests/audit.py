"""The trail's guards and tests: off where a test database is emptied, or tampered with on purpose.

Nothing of this is in the product: it takes the rights of whoever owns the tables.
"""

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


@contextmanager
def emptied_past_the_guards() -> Iterator[None]:
    """A test with `transaction=True` ends with every table emptied, which the trail refuses: for
    that moment, and in this process's test database only, its triggers are off."""
    # On the class: a browser's event loop makes Django open another connection of the same thread.
    operations = type(connection.ops)
    plain = operations.execute_sql_flush

    def flush(self, statements) -> None:
        with transaction.atomic(using=self.connection.alias):
            guards.remove(self.connection)
            money_guard.remove(self.connection)
            plain(self, statements)
            guards.install(self.connection)
            money_guard.install(self.connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "execute_sql_flush", flush)
        yield
