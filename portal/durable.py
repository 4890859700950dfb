"""A transaction that no power cut takes back once it has ended.

The embedded SQLite hands a commit to the system and not to the disk (`synchronous=NORMAL`): a power
cut can take back the last seconds, though never half a transaction. That does for a conversation.
It does not where the world outside goes by what was written: a refund that left, and of which
nobody knows any more, leaves a second time. PostgreSQL waits for the disk at every commit.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def durable(*, outermost: bool = False) -> Iterator[None]:
    """As `transaction.atomic`; within another transaction the end of that decides, or, where it is
    to be the `outermost`, a RuntimeError is raised."""
    waits = connection.vendor == "sqlite" and not connection.in_atomic_block
    if waits:
        _wait_for_the_disk("FULL")
    try:
        with transaction.atomic(durable=outermost):
            yield
    finally:
        if waits:
            _wait_for_the_disk("NORMAL")


def _wait_for_the_disk(how: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA synchronous={how}")
