"""How much a merchant has to do, kept for a minute: every page of its people says it in its bar.

Counted in portal.site.merchant_home. A case that comes, goes or closes lets it be counted anew at
once; a slip that was lost is there within the minute.
"""

from django.core.cache import cache
from django.db import transaction

KEPT_FOR = 60  # seconds


def kept(organisation: int) -> int | None:
    return cache.get(_key(organisation))


def keep(organisation: int, number: int) -> None:
    cache.set(_key(organisation), number, KEPT_FOR)


def count_again(organisation: int | None) -> None:
    """After a change, now and once it is committed."""
    if organisation is None:
        return
    cache.delete(_key(organisation))
    transaction.on_commit(lambda: cache.delete(_key(organisation)))


def _key(organisation: int) -> str:
    return f"to-do:{organisation}"
