"""A query written with the ORM and compiled once.

Django builds the statement anew each time it asks, which takes thirty times what the database
takes to answer one that reads a row by its index. For the few that every page asks.
"""

from collections.abc import Callable, Hashable
from copy import copy
from functools import partial
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Expression, Field, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from portal.composed import Composed


class Later(Expression):
    """Stands in the query for a value that is given when it is asked."""

    def __init__(self, name: str, field: Field):
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler, connection):
        return "%s", [self]

    def written(self, given: dict[str, object]) -> Any:
        """As the database's driver takes it."""
        return self.output_field.get_db_prep_value(given[self.name], connection)


class Prepared(NamedTuple):
    queryset: QuerySet
    compiler: SQLCompiler
    statement: Composed
    places: tuple
    converters: dict

    def values(self, given: dict[str, object]) -> list:
        return [
            place.written(given) if isinstance(place, Later) else place for place in self.places
        ]


class Compiled:
    """`build` makes the query, with `Later` where values come; once a process and database."""

    def __init__(self, build: Callable[[], QuerySet]):
        self.build = build
        self._prepared: dict[str, Prepared] = {}

    def first(self, **given: object) -> tuple | None:
        """Of a `values_list`: the first row as the driver gives it."""
        prepared = self._get()
        with connection.cursor() as cursor:
            cursor.execute(prepared.statement, prepared.values(given))
            return cursor.fetchone()

    def all(self, **given: object) -> list[tuple]:
        """Of a `values_list`: every row, its values as the fields give them (times, UUIDs)."""
        prepared = self._get()
        with connection.cursor() as cursor:
            cursor.execute(prepared.statement, prepared.values(given))
            rows = cursor.fetchall()
        if not prepared.converters:
            return rows
        rows = prepared.compiler.apply_converters(rows, prepared.converters)
        return [tuple(row) for row in rows]

    def get(self, **given: object) -> Any:
        """The first row as an instance. Raises the model's DoesNotExist."""
        for row in self.queryset(**given):
            return row
        raise self._get().queryset.model.DoesNotExist

    def queryset(self, **given: object) -> QuerySet:
        """To go through as any other, and not to be narrowed any further: the statement stands."""
        prepared = self._get()
        values = prepared.values(given)
        compiler = copy(prepared.compiler)
        compiler.as_sql = lambda *_args, **_kwargs: (prepared.statement, values)  # type: ignore[method-assign,assignment,return-value]
        compiler.get_converters = lambda _expressions: prepared.converters  # type: ignore[method-assign,assignment]
        queryset = prepared.queryset.all()
        queryset.query.get_compiler = lambda *_args, **_kwargs: compiler  # type: ignore[method-assign]
        return queryset

    def _get(self) -> Prepared:
        if connection.vendor not in self._prepared:
            queryset = self.build()
            # The proxy and not what stands behind it, which is one thread's.
            compiler = queryset.query.get_compiler(connection=connection)
            statement, places = compiler.as_sql()
            converters = compiler.get_converters([each for each, *_rest in compiler.select])
            self._prepared[connection.vendor] = Prepared(
                queryset, compiler, Composed(statement), tuple(places), converters
            )
        return self._prepared[connection.vendor]


class CompiledFor:
    """A statement for each of a few kinds of askers: `key` says which, `build` makes it."""

    def __init__(self, build: Callable[..., QuerySet]):
        self.build = build
        self._kept: dict[Hashable, Compiled] = {}

    def __call__(self, key: Hashable, *arguments) -> Compiled:
        if key not in self._kept:
            self._kept[key] = Compiled(partial(self.build, *arguments))
        return self._kept[key]
