"""What the world outside goes by waits for the disk before it is answered."""

import pytest
from django.db import connection, transaction

from portal.durable import durable

pytestmark = pytest.mark.django_db(transaction=True)


def waits() -> bool:
    """Whether a commit of now waits for the disk, as far as a session decides it."""
    if connection.vendor == "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        return cursor.fetchone() == (2,)


@durable()
def seen() -> tuple[bool, bool]:
    return connection.in_atomic_block, waits()


def test_it_is_a_transaction_that_waits_and_the_next_is_as_before():
    before = waits()
    for _turn in range(2):
        assert seen() == (True, True)
        assert waits() == before


def test_what_fails_leaves_all_as_before():
    before = waits()
    with pytest.raises(ZeroDivisionError), durable():
        1 / 0  # noqa: B018
    assert not connection.in_atomic_block
    assert waits() == before


def test_within_another_transaction_that_one_decides():
    with transaction.atomic():
        assert seen()[0]
        with durable():
            transaction.set_rollback(True)


def test_where_it_is_to_be_the_outermost_it_says_so():
    with durable(outermost=True):
        pass
    with transaction.atomic(), pytest.raises(RuntimeError), durable(outermost=True):
        pass
    assert not connection.in_atomic_block
