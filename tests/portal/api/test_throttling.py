"""Who asks too often waits: by key, and by address where there is no valid key."""

import threading

import pytest
from django.db import connection

from portal.api import tasks, throttling
from portal.api.models import RequestCount
from tests.portal.api.conftest import code_of
from tests.receipts.imports.conftest import SALE


@pytest.fixture
def three(settings, clock):
    settings.API_STRANGERS_PER_MINUTE = 3


@pytest.mark.parametrize("key", ["", "xp_wrong"])
def test_without_a_valid_key_an_address_waits(three, post, key):
    assert [post([SALE], key=key).status_code for _ in range(4)] == [401, 401, 401, 429]
    refused = post([SALE], key=key)
    assert code_of(refused) == "too-many-requests"
    assert 0 < int(refused["Retry-After"]) <= 60


def test_a_valid_key_from_the_same_address_is_answered(three, post):
    for _ in range(5):
        post([SALE], key="xp_wrong")
    assert post([SALE]).status_code == 200


def test_the_next_minute_is_another(three, post, clock):
    for _ in range(4):
        refused = post([SALE], key="")
    clock.shift(int(refused["Retry-After"]))
    assert post([SALE], key="").status_code == 401


def test_what_a_stranger_says_of_its_address_is_believed_of_our_proxy_alone(three, post, settings):
    def many() -> int:
        answers = [
            post([SALE], key="", X_Forwarded_For=f"203.0.113.{n}").status_code for n in range(5)
        ]
        return answers.count(401)

    assert many() == 3
    settings.TRUSTED_PROXY_COUNT = 1
    RequestCount.objects.all().delete()
    assert many() == 5


def test_no_address_is_kept_in_the_clear(three, post):
    post([SALE], key="")
    assert "127.0.0.1" not in RequestCount.objects.get().name


def test_old_counts_are_swept(three, post, clock):
    post([SALE], key="")
    clock.shift(180)
    tasks.sweep()
    assert not RequestCount.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_at_the_same_time_none_is_counted_over(clock):
    answers: list[bool] = []

    def ask():
        try:
            for _ in range(10):
                answers.append(throttling.is_within("key:1", 25))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(answers), answers.count(True)) == (40, 25)


@pytest.mark.parametrize(
    ("content_type", "headers"),
    [
        ("application/json", {"Content_Encoding": "gzip"}),
        ("application/json; charset=gb18030", {}),
    ],
)
def test_a_packed_body_or_another_encoding_is_refused_in_words(post, content_type, headers):
    response = post([SALE], content_type=content_type, **headers)
    assert (response.status_code, code_of(response)) == (415, "media-type")
    assert response.json()["detail"]
