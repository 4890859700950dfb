"""When a step happens: now, except for history that is entered afterwards.

`disputes.moment.at(then)` is for the sample data and for history taken over from another desk;
pages and tasks never use it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_entered: ContextVar[datetime | None] = ContextVar("moment_entered", default=None)


def now() -> datetime:
    return _entered.get() or timezone.now()


@contextmanager
def at(then: datetime) -> Iterator[None]:
    """Steps inside the block happened at `then` (aware)."""
    if timezone.is_naive(then):
        raise ValueError("a moment needs its time zone")
    token = _entered.set(then)
    try:
        yield
    finally:
        _entered.reset(token)
