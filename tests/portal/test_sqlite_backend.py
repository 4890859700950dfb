"""Statements reach SQLite as Django's own backend would hand them over, the second time too."""

import sqlite3

import pytest

from portal.sqlite3.base import Cursor


@pytest.fixture
def cursor():
    connection = sqlite3.connect(":memory:")
    yield connection.cursor(factory=Cursor)
    connection.close()


@pytest.mark.parametrize("time", ["first", "second"])
def test_values_come_in_their_places(cursor, time):
    cursor.execute("SELECT %s, '100%%', '%%s', %s", [1, "%s"])
    assert cursor.fetchone() == (1, "100%", "%s", "%s")


def test_they_may_be_named(cursor):
    for number in (1, 2):
        cursor.execute("SELECT %(b)s, %(a)s", {"a": number, "b": "x"})
        assert cursor.fetchone() == ("x", number)


def test_without_values_nothing_is_looked_for(cursor):
    assert cursor.execute("SELECT '%s'").fetchone() == ("%s",)
