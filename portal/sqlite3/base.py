"""Django's backend for SQLite, which looks for the places of values (`%s`) in each statement anew
each time: in one of eight thousand characters for longer than the database takes to answer it.
Most of what the product asks, it asks in the same words.
"""

from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base

MANY = 1_000  # statements, of the product's some hundreds


class Cursor(base.SQLiteCursorWrapper):
    def convert_query(self, query: str, *, param_names: list[str] | None = None) -> str:
        if param_names is None:
            return _converted(query)
        return super().convert_query(query, param_names=param_names)


class DatabaseWrapper(base.DatabaseWrapper):
    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=Cursor)


@lru_cache(MANY)
def _converted(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")
