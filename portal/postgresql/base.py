"""Django's backend for PostgreSQL, which keeps what is asked again and again prepared.

Django sends each statement as a text of its own, so that PostgreSQL parses and plans it anew: the
one that finds a case, 8,000 characters over six tables, for longer than it takes to answer it.
What is composed once a process (`portal.compiled`) is prepared once a connection.

A pooler that gives each transaction another connection loses what was prepared; where Django is
told of one (`DISABLE_SERVER_SIDE_CURSORS`), nothing is. Where Django was not told, statements fail;
since each is called by what it says, none is ever answered as another of another process.
"""

from functools import lru_cache
from hashlib import blake2b
from typing import Any
from weakref import WeakKeyDictionary

from django.db.backends.postgresql import base
from psycopg import ClientCursor, Connection
from psycopg.errors import FeatureNotSupported

from portal.composed import PLACE, Composed

MANY = 1_000  # statements, of the product's some dozens
# By itself PostgreSQL plans a prepared statement anew for values that look cheap, which takes
# longer than what it wins; and for "due before this evening" it expects one row, sorts a thousand.
ONE_PLAN = "-c plan_cache_mode=force_generic_plan"

# What a connection has prepared, and whether it can still be asked as it is.
_prepared: WeakKeyDictionary[Connection, dict[Composed, bool]] = WeakKeyDictionary()


class Cursor(base.CursorMixin, ClientCursor):  # type: ignore[misc,name-defined]  # as Django's own
    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        if not isinstance(query, Composed):
            return super().execute(query, params, **options)
        called = _called(self._name(query), len(params or ()))
        try:
            return super().execute(called, params, **options)
        except FeatureNotSupported:  # a column is of another type since a migration beside us
            _prepared[self.connection][query] = False  # and so it is prepared anew the next time
            raise

    def _name(self, statement: Composed) -> str:
        known, name = _prepared.setdefault(self.connection, {}), _name_of(statement)
        if known.get(statement):
            return name
        if statement in known:
            super().execute(f"DEALLOCATE {name}")
            del known[statement]
        super().execute(f"PREPARE {name} AS {_numbered(statement)}")
        known[statement] = True
        return name


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        parameters = super().get_connection_params()
        if not self.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
            parameters["cursor_factory"] = Cursor
            parameters["options"] = f"{parameters.get('options', '')} {ONE_PLAN}".strip()
        return parameters


@lru_cache(MANY)
def _name_of(statement: Composed) -> str:
    return f"composed_{blake2b(statement.encode(), digest_size=16).hexdigest()}"


@lru_cache(MANY)
def _called(name: str, values: int) -> str:
    return f"EXECUTE {name}" + (f" ({', '.join(['%s'] * values)})" if values else "")


def _numbered(statement: str) -> str:
    """With `$1`, `$2` where the values come."""
    first, *others = PLACE.split(statement)
    numbered = (f"${number}{part}" for number, part in enumerate(others, 1))
    return "".join([first, *numbered]).replace("%%", "%")
