"""A payment that comes by the feed and in a file is one, whoever is first, whatever names it."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from portal.accounts.actor import Actor
from receipts.api import feed
from receipts.imports import load
from receipts.models import ImportFile, Payment
from tests.receipts.imports.conftest import SALE

BARE = {name: value for name, value in SALE.items() if name not in {"batch_no", "voucher_no"}}
# Each payment is known by one of the three alone.
KNOWN_BY = {
    "source id": BARE | {"source_id": "T-1"},
    "batch and voucher": SALE,
    "reference": BARE | {"acquirer_code": "48620000", "rrn": "112219420386"},
}
BOTH = pytest.mark.parametrize("item", KNOWN_BY.values(), ids=KNOWN_BY)


def push(item: dict) -> None:
    with transaction.atomic():
        feed.take([item], client="host", actor=Actor.system("test"), size=1)


@BOTH
def test_the_feed_first(db, clock, write, item):
    push(item)
    load.load_file(write([item]), actor=Actor.system("test"))
    assert Payment.objects.count() == 1
    assert ImportFile.objects.exclude(format="feed").get().unchanged == 1


@BOTH
def test_the_file_first(db, clock, write, item):
    load.load_file(write([item]), actor=Actor.system("test"))
    push(item)
    assert Payment.objects.count() == 1
    assert ImportFile.objects.get(format="feed").unchanged == 1


@pytest.mark.django_db(transaction=True)
@BOTH
def test_both_at_the_same_time(clock, write, item):
    path = write([item])
    start = threading.Barrier(2)

    def run(work: Callable[[], object]) -> None:
        try:
            start.wait()
            work()
        finally:
            connection.close()

    works = [lambda: push(item), lambda: load.load_file(path, actor=Actor.system("test"))]
    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Payment.objects.count() == 1
    counted = [(file.created, file.unchanged) for file in ImportFile.objects.all()]
    assert sorted(counted) == [(0, 1), (1, 0)]
