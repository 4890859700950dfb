"""A statement that is composed once answers as any other; on PostgreSQL it stays prepared."""

from hashlib import blake2b

import pytest
from django.db import DataError, NotSupportedError, connection, connections, transaction

from disputes.models import Case
from portal.compiled import Compiled
from portal.composed import Composed

SAID = Composed("SELECT %s, '100%%', '%%s', %s")
ON_POSTGRESQL = "postgresql"


def ask(statement, *values, of=connection, gives=True):
    with of.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone() if gives else None


def prepared(of=connection) -> list[str]:
    with of.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [statement for (statement,) in cursor.fetchall()]


@pytest.mark.django_db
def test_values_come_in_their_places_each_time():
    for one, other in (("a", "b"), ("%s", "'; --"), ("$1", "100%")):
        assert ask(SAID, one, other) == (one, "100%", "%s", other)


@pytest.mark.django_db
def test_it_may_have_no_values():
    of_none = Composed("SELECT count(*) FROM disputes_case WHERE number = '-'")
    assert [ask(of_none), ask(of_none)] == [(0,), (0,)]


@pytest.mark.django_db(transaction=True)
def test_what_was_first_asked_in_vain_is_asked_again():
    """Or in a transaction that was given up."""
    first = Composed("SELECT id FROM disputes_case WHERE id = %s AND 7 = 7")
    with transaction.atomic():
        ask(first, 1)
        transaction.set_rollback(True)
    assert ask(first, 1) is None
    if connection.vendor == ON_POSTGRESQL:
        with pytest.raises(DataError), transaction.atomic():
            ask(first, "no number")
        with transaction.atomic():
            with pytest.raises(DataError), transaction.atomic():
                ask(Composed("SELECT 1 / (%s::int - 1)"), 1)
            assert ask(Composed("SELECT 1 / (%s::int - 1)"), 2) == (1,)


@pytest.mark.django_db(transaction=True)
def test_each_connection_has_its_own():
    said = Composed("SELECT max(id) FROM disputes_case WHERE id > %s AND 8 = 8")
    other = connections.create_connection("default")
    try:
        for turn in (1, 2):
            assert ask(said, turn) == ask(said, turn, of=other) == (None,)
        connection.close()
        assert ask(said, 3) == (None,)
    finally:
        other.close()


@pytest.mark.django_db
def test_each_is_called_by_what_it_says():
    """So that behind a pooler of which nobody told, no other statement answers for it."""
    if connection.vendor != ON_POSTGRESQL:
        return
    for turn in (1, 2):
        assert ask(Composed("SELECT %s::int + 40"), turn) == (turn + 40,)
        assert ask(Composed("SELECT %s::int + 50"), turn) == (turn + 50,)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements WHERE statement ~ '[45]0$'")
        names = {name for (name,) in cursor.fetchall()}
    said = (b"SELECT %s::int + 40", b"SELECT %s::int + 50")
    assert names >= {f"composed_{blake2b(text, digest_size=16).hexdigest()}" for text in said}


@pytest.mark.django_db
def test_postgresql_plans_it_once_a_connection(case):
    if connection.vendor != ON_POSTGRESQL:
        return
    compiled = Compiled(lambda: Case.objects.filter(number=case.number).values_list("pk"))
    before = prepared()
    for _turn in range(3):
        assert compiled.first() == (case.pk,)
    (new,) = set(prepared()) - set(before)
    assert 'FROM "disputes_case"' in new


@pytest.mark.django_db(transaction=True)
def test_nothing_is_where_a_pooler_would_lose_it(settings):
    """Told by Django's own setting for such poolers."""
    if connection.vendor != ON_POSTGRESQL:
        return
    other = connections.create_connection("default")
    other.settings_dict = other.settings_dict | {
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": other.settings_dict["OPTIONS"] | {"pool": False},
    }
    try:
        assert ask(SAID, "a", "b", of=other) == ("a", "100%", "%s", "b")
        assert prepared(of=other) == []
    finally:
        other.close()


@pytest.mark.django_db(transaction=True)
def test_after_a_migration_beside_it_a_connection_finds_its_way_back():
    """A server that ran on while a column changed its type: one answer fails, no more."""
    if connection.vendor != ON_POSTGRESQL:
        return
    said = Composed("SELECT pg_typeof(name)::text, name FROM of_a_test")
    ask("CREATE TABLE of_a_test (name varchar(3))", gives=False)
    try:
        ask("INSERT INTO of_a_test VALUES ('abc') RETURNING 1")
        assert ask(said) == ("character varying", "abc")
        ask("ALTER TABLE of_a_test ALTER name TYPE text", gives=False)
        with pytest.raises(NotSupportedError):
            ask(said)
        assert ask(said) == ask(said) == ("text", "abc")
    finally:
        ask("DROP TABLE of_a_test", gives=False)
