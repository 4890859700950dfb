"""Rows written by statements that are composed once a process: what `Model.save` would say, without
putting its forty columns together anew each time. For the few rows that every step writes.

Values go through the model's fields as they do in `save`. No signal is sent; the product has none.
"""

from functools import cache
from typing import Any

from django.db import DatabaseError, connection, connections
from django.db.models import Field, FileField, JSONField, Model

from portal.composed import Composed

READ = "_read_as"


def insert(row: Model) -> None:
    """`row.save(force_insert=True)`, for a row whose every column has a value of Python's."""
    said, _key = _insert(type(row), connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(said, _values(row, _columns(type(row)), adding=True))
        _written(row, cursor.fetchone()[0])


def insert_unless_there(row: Model, *unique: str) -> bool:
    """`insert`, or False where a row is there that is the same in the `unique` columns."""
    said = _insert_unless_there(type(row), unique, connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(said, _values(row, _columns(type(row)), adding=True))
        made = cursor.fetchone()
    if made:
        _written(row, made[0])
    return made is not None


def as_read(row: Model) -> Any:
    """The same row, which remembers how it was read: of it `update` writes what differs. Only for
    one that is locked for as long as it is worked on."""
    row.__dict__[READ] = {each.attname: getattr(row, each.attname) for each in _plain(type(row))}
    return row


def update(row: Model, *names: str) -> None:
    """`row.save(force_update=True)`, of these columns (`attname`) alone where some are given, of
    those that differ where the row knows how it was read.

    Raises DatabaseError where the row is no longer there."""
    if not names and READ in row.__dict__:
        names = _differing(row)
        if not names:
            return
        as_read(row)
    said, fields, key = _update(type(row), names, connection.vendor)
    values = _values(row, fields, adding=False)
    with connection.cursor() as cursor:
        cursor.execute(said, [*values, key.get_db_prep_save(row.pk, connection)])
        if not cursor.rowcount:
            raise DatabaseError("the row to be updated is not there")


def _differing(row: Model) -> tuple[str, ...]:
    read = row.__dict__[READ]
    return tuple(
        each.attname
        for each in _columns(type(row))
        if each.attname not in read or getattr(row, each.attname) != read[each.attname]
    )


@cache
def _plain(model: type[Model]) -> tuple[Field, ...]:
    """Columns of which one sees whether they changed: neither what may be changed within (JSON)
    nor what is filled in at the last moment."""
    return tuple(
        each
        for each in _columns(model)
        if not isinstance(each, JSONField | FileField) and not getattr(each, "auto_now", False)
    )


@cache
def _columns(model: type[Model]) -> tuple[Field, ...]:
    return tuple(
        field
        for field in model._meta.concrete_fields
        if not field.primary_key and not field.generated
    )


def _values(row: Model, fields: tuple[Field, ...], *, adding: bool) -> list:
    # Looked up once and not by each field: this thread's own, and not kept.
    own = connections[connection.alias]
    return [each.get_db_prep_save(each.pre_save(row, adding), own) for each in fields]


def _written(row: Model, pk) -> None:
    row.pk = pk
    row._state.adding, row._state.db = False, connection.alias


@cache
def _insert(model: type[Model], vendor: str) -> tuple[Composed, str]:
    quote, fields = connection.ops.quote_name, _columns(model)
    names = ", ".join(quote(str(each.column)) for each in fields)
    key = quote(str(model._meta.pk.column))
    return Composed(
        f"INSERT INTO {quote(model._meta.db_table)} ({names})"  # noqa: S608  names of our models
        f" VALUES ({', '.join(['%s'] * len(fields))}) RETURNING {key}"
    ), key


@cache
def _insert_unless_there(model: type[Model], unique: tuple[str, ...], vendor: str) -> Composed:
    said, key = _insert(model, vendor)
    there = ", ".join(map(connection.ops.quote_name, unique))
    there = f" ON CONFLICT ({there}) DO NOTHING"
    return Composed(said.replace(f" RETURNING {key}", f"{there} RETURNING {key}"))


@cache
def _update(model: type[Model], names: tuple[str, ...], vendor: str):
    quote, fields = connection.ops.quote_name, _columns(model)
    if names:
        fields = tuple(each for each in fields if each.attname in names)
        assert len(fields) == len(names), names  # noqa: S101  a column mistyped
    sets = ", ".join(f"{quote(str(each.column))} = %s" for each in fields)
    key = model._meta.pk
    said = f"UPDATE {quote(model._meta.db_table)} SET {sets} WHERE {quote(str(key.column))} = %s"  # noqa: S608
    return Composed(said), fields, key
