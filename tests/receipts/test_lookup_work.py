"""/lookup/work/ and what a look-up is worth with and without it."""

from datetime import datetime

import altcha.v2 as altcha
import pytest

from tests.pages import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TYPED = {"card_tail": "4821", "date": "2026-11-22", "time": "19:42", "amount": "386.50"}


@pytest.fixture(autouse=True)
def light(settings):
    settings.LOOKUP_WORK = 2


@pytest.fixture
def paid(make_payment):
    return make_payment(card_tail="4821", at=datetime(2026, 11, 22, 19, 42, 16))


def given(client, **headers) -> altcha.Challenge:
    return altcha.Challenge.from_dict(client.get("/lookup/work/", **headers).json())


def answered(challenge: altcha.Challenge) -> dict:
    solution = altcha.solve_challenge(challenge)
    return TYPED | {"work": altcha.Payload(challenge, solution).to_base64()}


def test_without_work_ten_look_ups_of_an_address_are_answered(client, paid):
    for _look in range(10):
        assert client.post("/lookup/", TYPED).status_code == 302
    assert "还差一点信息" in text(client.post("/lookup/", TYPED))
    assert client.post("/lookup/", TYPED, REMOTE_ADDR="198.51.100.4").status_code == 302


def test_no_detail_helps_where_the_budget_is_spent_but_work_does(client, paid):
    for _look in range(10):
        client.post("/lookup/", TYPED)
    named = TYPED | {"merchant_name": paid.merchant.name}
    assert "还差一点信息" in text(client.post("/lookup/", named))
    assert client.post("/lookup/", answered(given(client))).status_code == 302


def test_all_without_work_together_have_a_budget(client, paid, settings):
    settings.LOOKUP_LIMITS = settings.LOOKUP_LIMITS | {"unproved_all": 3}
    for number in range(3):
        client.post("/lookup/", TYPED, REMOTE_ADDR=f"198.51.100.{number}")
    last = client.post("/lookup/", TYPED, REMOTE_ADDR="198.51.100.9")
    assert "还差一点信息" in text(last)


def test_work_is_good_for_one_look_up(client, paid, settings):
    settings.LOOKUP_LIMITS = settings.LOOKUP_LIMITS | {"unproved": 0}
    filled = answered(given(client))
    assert client.post("/lookup/", filled).status_code == 302
    assert "还差一点信息" in text(client.post("/lookup/", filled))


def test_it_grows_with_the_failures_of_an_address(client):
    assert given(client).parameters.data == {"level": 0}
    for miss in range(5):
        client.post("/lookup/", TYPED | {"card_tail": f"000{miss}"})
    assert given(client).parameters.data == {"level": 1}
    assert given(client, REMOTE_ADDR="198.51.100.4").parameters.data == {"level": 0}


def test_work_hoarded_while_it_was_easy_is_worth_none_later(client, paid, settings):
    easy = answered(given(client))
    for miss in range(5):
        client.post("/lookup/", TYPED | {"card_tail": f"000{miss}"})
    settings.LOOKUP_LIMITS = settings.LOOKUP_LIMITS | {"unproved": 0}
    assert "还差一点信息" in text(client.post("/lookup/", easy))
    assert client.post("/lookup/", answered(given(client))).status_code == 302


def test_it_is_never_stored_and_takes_no_post(client):
    answer = client.get("/lookup/work/")
    assert "no-store" in answer.headers["Cache-Control"]
    assert client.post("/lookup/work/").status_code == 405
