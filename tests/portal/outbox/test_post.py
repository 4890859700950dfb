"""Writing to the outbox: with the change or not at all, and once under its key."""

import threading

import pytest
from django.db import connection, transaction

from portal.outbox import post
from portal.outbox.models import Entry


def write(key="case:1:opened", body="一"):
    post.mail(key, to="a@example.org", topic="case", subject="小票", body=body)


@pytest.mark.django_db(transaction=True)
def test_it_is_refused_outside_a_transaction():
    with pytest.raises(RuntimeError, match="case:1:opened"):
        write()
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_it_goes_with_its_change():
    class Refused(Exception):
        pass

    def change():
        with transaction.atomic():
            write()
            raise Refused

    with pytest.raises(Refused):
        change()
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_one_key_is_one_message():
    for body in ("一", "二"):
        with transaction.atomic():
            write(body=body)
    assert Entry.objects.get().payload["body"] == "一"


@pytest.mark.django_db(transaction=True)
def test_one_key_is_one_message_from_two_at_the_same_time():
    start = threading.Barrier(2)
    errors = []

    def change():
        try:
            start.wait(5)
            with transaction.atomic():
                write()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    people = [threading.Thread(target=change) for _ in range(2)]
    for each in people:
        each.start()
    for each in people:
        each.join(20)
    assert errors == []
    assert Entry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_worker_hears_of_it_after_the_commit_and_of_a_repeat_never(monkeypatch):
    heard = []
    monkeypatch.setattr("portal.outbox.post._wake_worker", heard.append)
    with transaction.atomic():
        write()
        assert heard == []
    assert heard == [Entry.objects.get().pk]
    with transaction.atomic():
        write()
    assert len(heard) == 1
