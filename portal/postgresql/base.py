"""Django's backend for PostgreSQL, which keeps what is asked again and again prepared.

Django sends each statement as a text of its own, so that PostgreSQL parses and plans it anew: the
one that finds a case, 8,000 characters over six tables, for longer than it takes to answer it.
What is composed once a process (`portal.compiled`) is prepared once a connection.

A pooler that gives each transaction another connection loses what was prepared; where Django is
told of one (`DISABLE_SERVER_SIDE_CURSORS`), nothing is.
"""

from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from django.db.backends.postgresql import base
from psycopg import Connection

from portal.composed import PLACE, Composed

MANY = 1_000  # statements, of the product's some dozens
# By itself PostgreSQL plans a prepared statement anew for values that look cheap, which takes
# longer than what it wins; and for "due before this evening" it expects one row, sorts a thousand.
ONE_PLAN = "-c plan_cache_mode=force_generic_plan"

# What a connection has prepared: the statement and how it is called there.
_prepared: WeakKeyDictionary[Connection, dict[Composed, str]] = WeakKeyDictionary()


class Cursor(base.Cursor):
    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        if isinstance(query, Composed):
            query = _called(self._name(query), len(params or ()))
        return super().execute(query, params, **options)

    def _name(self, statement: Composed) -> str:
        names = _prepared.setdefault(self.connection, {})
        if statement not in names:
            name = f"composed_{len(names)}"
            super().execute(f"PREPARE {name} AS {_numbered(statement)}")
            names[statement] = name
        return names[statement]


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        parameters = super().get_connection_params()
        if not self.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
            parameters["cursor_factory"] = Cursor
            parameters["options"] = f"{parameters.get('options', '')} {ONE_PLAN}".strip()
        return parameters


@lru_cache(MANY)
def _called(name: str, values: int) -> str:
    return f"EXECUTE {name}" + (f" ({', '.join(['%s'] * values)})" if values else "")


def _numbered(statement: str) -> str:
    """With `$1`, `$2` where the values come."""
    first, *others = PLACE.split(statement)
    numbered = (f"${number}{part}" for number, part in enumerate(others, 1))
    return "".join([first, *numbered]).replace("%%", "%")
