from collections.abc import Callable

import pytest
from django.db import transaction

from portal.accounts.actor import Actor
from receipts.api import feed
from tests.receipts.imports.conftest import load_rows, put_aside, write

__all__ = ["load_rows", "put_aside", "send", "write"]


@pytest.fixture
def send(db, clock) -> Callable[..., list[feed.Outcome]]:
    """`send(item, item, …)` as one batch of the client `host`."""

    def run(*items: dict, client: str = "host", merchants=()) -> list[feed.Outcome]:
        with transaction.atomic():
            return feed.take(
                items,
                client=client,
                merchants=frozenset(merchants),
                actor=Actor.system("test"),
                size=100,
            )

    return run
