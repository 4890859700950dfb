"""The same key with the same body: one answer, the first; the work is done once."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection

from portal.api import idempotency, tasks
from portal.api.models import Answer
from receipts.models import ImportFile, Payment
from tests.portal.api.conftest import ADDRESS, code_of
from tests.receipts.imports.conftest import SALE


def test_the_first_answer_is_given_again(post):
    first = post([SALE], Idempotency_Key="a-1")
    again = post([SALE], Idempotency_Key="a-1", path=f"{ADDRESS}/")
    assert again.content == first.content
    assert first.json()["created"] == 1
    assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    assert ImportFile.objects.get().read == 1


def test_without_a_key_the_work_is_done_again_and_finds_nothing_to_do(post):
    post([SALE])
    assert post([SALE]).json()["unchanged"] == 1


def test_the_same_key_with_another_body_is_refused(post):
    post([SALE], Idempotency_Key="a-1")
    response = post([SALE | {"amount": "1"}], Idempotency_Key="a-1")
    assert (response.status_code, code_of(response)) == (422, "idempotency-key-reused")
    assert Payment.objects.count() == 1


def test_the_quotes_of_a_structured_field_are_no_part_of_the_key(post):
    post([SALE], Idempotency_Key='"a-1"')
    assert "Idempotency-Replayed" in post([SALE], Idempotency_Key="a-1")


def test_keys_of_two_clients_are_two(post, make_key):
    post([SALE], Idempotency_Key="a-1")
    other = post([SALE], Idempotency_Key="a-1", key=make_key("wallet"))
    assert "Idempotency-Replayed" not in other


def test_a_changed_api_key_of_the_same_client_finds_the_answer(post, make_key):
    post([SALE], Idempotency_Key="a-1")
    assert "Idempotency-Replayed" in post([SALE], Idempotency_Key="a-1", key=make_key())


@pytest.mark.parametrize("key", ["", " ", "a b", "店", "k" * 256])
def test_a_key_that_is_none_is_refused(post, key):
    assert code_of(post([SALE], Idempotency_Key=key)) == "idempotency-key-invalid"
    assert not Payment.objects.exists()


def test_a_refused_body_does_not_use_the_key_up(post):
    assert post([], Idempotency_Key="a-1").status_code == 422
    assert post([SALE], Idempotency_Key="a-1").status_code == 200


def test_a_failure_does_not_use_the_key_up(post, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr("portal.api.transactions.said_of", None)
        assert post([SALE], Idempotency_Key="a-1").status_code == 500
    assert post([SALE], Idempotency_Key="a-1").json()["created"] == 1


def test_after_a_day_the_answer_is_forgotten(post, clock):
    post([SALE], Idempotency_Key="a-1")
    post([SALE], Idempotency_Key="a-2")
    clock.shift(timedelta(hours=24, seconds=1))
    assert post([SALE | {"tip": "1"}], Idempotency_Key="a-1").json()["updated"] == 1
    tasks.sweep()
    assert list(Answer.objects.values_list("idempotency_key", flat=True)) == ["a-1"]
    assert idempotency.forget_old() == 0


def test_no_readable_hash_of_the_body_is_kept(post):
    """A plain hash of a body with a card number could be searched for the number."""
    import hashlib
    import json

    post([SALE], Idempotency_Key="a-1")
    plain = hashlib.sha256(json.dumps({"transactions": [SALE]}).encode()).hexdigest()
    assert Answer.objects.get().request_hash != plain


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_time_one_works_and_the_other_waits_for_its_answer(post, make_key):
    key, answers = make_key(), []

    def call():
        try:
            answers.append(post([SALE], key=key, Idempotency_Key="a-1"))
        finally:
            connection.close()

    threads = [Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer for answer in answers) == 3
    assert ImportFile.objects.get().read == 1
