"""The floor under a look-up's time: asked now, answered later, in this browser only."""

import re
from datetime import datetime
from uuid import uuid4

import pytest
from django.test import Client

from portal.gate import floor, tasks
from portal.gate.models import Attempt, HeldAnswer, Pass
from receipts import looking_up
from tests import tools
from tests.pages import assert_kept_rules, text

TYPED = {"card_tail": "4821", "date": "2026-11-22", "time": "19:42", "amount": "386.50"}
MISS = TYPED | {"amount": "386.51"}

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture(autouse=True)
def one_second(settings):
    settings.LOOKUP_FLOOR = 1


@pytest.fixture
def paid(make_payment):
    return make_payment(card_tail="4821", at=datetime(2026, 11, 22, 19, 42, 16))


def ask(client, typed) -> str:
    """The address at which the answer will be."""
    sent = client.post("/lookup/", typed)
    assert sent.status_code == 302
    assert re.fullmatch(r"/lookup/[0-9a-f-]{36}/", sent.headers["Location"])
    return sent.headers["Location"]


@pytest.mark.django_db
@pytest.mark.parametrize("typed", [TYPED, MISS], ids=["found", "more"])
def test_nothing_is_told_before_its_time(client, paid, typed):
    where = ask(client, typed)
    floor._answer(HeldAnswer.objects.get().pk, looking_up.answer)
    page = client.get(where)
    assert page.status_code == 200
    assert "正在查找" in text(page)
    assert page.headers["Refresh"] == "1"
    assert f'href="{where}"' in page.text
    assert not Pass.objects.exists()
    assert_kept_rules(page)


@pytest.mark.django_db
def test_when_the_time_is_up_the_payment_is_shown(client, paid, pass_time):
    where = ask(client, TYPED)
    floor._answer(HeldAnswer.objects.get().pk, looking_up.answer)
    pass_time(seconds=1)
    answer = client.get(where)
    assert answer.headers["Location"] == f"/payment/{paid.pk}/"
    assert client.get(f"/payment/{paid.pk}/").status_code == 200


@pytest.mark.django_db
def test_or_one_more_detail_asked(client, paid, pass_time):
    where = ask(client, MISS | {"merchant_name": "小雨"})
    floor._answer(HeldAnswer.objects.get().pk, looking_up.answer)
    pass_time(seconds=1)
    page = client.get(where)
    assert "还差一点信息" in text(page)
    assert "尾号 4821，11月22日 周日 19:42 ¥386.51" in text(page)
    assert 'value="小雨"' in page.text
    client.get(where)
    assert Attempt.objects.count() == 1, "looking at it again asks nothing again"


@pytest.mark.django_db
def test_a_question_whose_process_ended_is_answered_when_its_asker_comes_back(
    client, paid, pass_time
):
    where = ask(client, TYPED)
    pass_time(seconds=2)
    assert "正在查找" in text(client.get(where)), "somebody may still be at it"
    pass_time(seconds=3)
    assert client.get(where).headers["Location"] == f"/payment/{paid.pk}/"
    assert Attempt.objects.count() == 1


@pytest.mark.django_db
def test_an_answer_is_for_the_browser_that_asked(client, paid, pass_time):
    where = ask(client, TYPED)
    pass_time(seconds=5)
    for stranger in (Client(), Client(headers={"cookie": "pass=" + "x" * 43})):
        assert stranger.get(where).headers["Location"] == "/"
    assert client.get(f"/lookup/{uuid4()}/").headers["Location"] == "/"


@pytest.mark.django_db
def test_the_payment_is_seen_for_half_an_hour_from_the_question(client, paid, pass_time):
    where = ask(client, TYPED)
    pass_time(minutes=20)
    client.get(where)
    pass_time(minutes=9)
    client.get(where)
    assert client.get(f"/payment/{paid.pk}/").status_code == 200
    pass_time(minutes=2)
    assert client.get(where).headers["Location"] == "/"
    assert client.get(f"/payment/{paid.pk}/").status_code == 404


@pytest.mark.django_db
def test_what_was_typed_lies_sealed_and_not_for_long(client, paid, pass_time):
    ask(client, TYPED)
    held = HeldAnswer.objects.get()
    assert "4821" not in held.question
    assert floor.asked(held)["facts"]["card_tail"] == "4821"
    pass_time(minutes=31)
    tasks.learn()
    assert not HeldAnswer.objects.exists()


@pytest.mark.django_db
def test_found_or_not_the_sent_form_is_answered_alike(paid):
    """Nothing that could tell has been done when the answer to the form goes out."""
    answers = []
    for typed in (TYPED, MISS):
        browser = Client()
        answer = browser.post("/lookup/", typed)
        location = re.sub(r"[0-9a-f-]{36}", "", answer.headers["Location"])
        headers = dict(answer.headers) | {"Location": location}
        answers.append((headers, answer.content, set(browser.cookies)))
    assert answers[0] == answers[1]
    assert not Attempt.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_clerk_answers_meanwhile(client, paid, pass_time):
    where = ask(client, TYPED)
    tools.wait_until(lambda: HeldAnswer.objects.exclude(answered_at=None).exists(), 10)
    pass_time(seconds=1)
    assert client.get(where).headers["Location"] == f"/payment/{paid.pk}/"
    assert Attempt.objects.get().subject == str(paid.pk)


@pytest.mark.django_db(transaction=True)
def test_of_two_that_answer_one_does(client, paid):
    ask(client, MISS)
    held = HeldAnswer.objects.get()
    tools.wait_until(lambda: HeldAnswer.objects.exclude(answered_at=None).exists(), 10)
    floor._answer(held.pk, looking_up.answer)
    assert Attempt.objects.count() == 1
