"""Proof of work: good once, for its time, and as hard as was asked for."""

import base64
import json

import altcha.v2 as altcha
import pytest

from portal.gate import work
from portal.gate.models import UsedWork

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def light(settings):
    settings.LOOKUP_WORK = 2


def worked(level: int = 0) -> str:
    """What a browser sends: found by trying, like there."""
    challenge = altcha.Challenge.from_dict(work.give(level))
    solution = altcha.solve_challenge(challenge)
    return altcha.Payload(challenge, solution).to_base64()


def changed(answer: str, change) -> str:
    data = json.loads(base64.b64decode(answer))
    change(data)
    return base64.b64encode(json.dumps(data).encode()).decode()


def test_it_is_worth_its_level():
    assert work.check(worked()).level == 0
    assert work.check(worked(level=2)).level == 2


def test_it_is_good_once():
    answer = worked()
    assert work.check(answer).level == 0
    assert work.check(answer).level == -1
    upper = changed(
        answer,
        lambda data: data["challenge"].update(signature=data["challenge"]["signature"].upper()),
    )
    assert work.check(upper).level == -1


def test_it_expires(clock, pass_time):
    answer = worked()
    pass_time(minutes=19)
    late = worked()
    pass_time(minutes=2)
    assert work.check(answer).level == -1
    assert work.check(late).level == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data["challenge"]["parameters"]["data"].update(level=6),
        lambda data: data["challenge"]["parameters"].update(expiresAt=9_999_999_999),
        lambda data: data["challenge"]["parameters"].update(keySignature=None),
        lambda data: data["challenge"].update(signature=None),
        lambda data: data["challenge"].pop("parameters"),
        lambda data: data["solution"].update(derivedKey="00" * 32),
        lambda data: data["solution"].update(derivedKey=None),
    ],
)
def test_what_was_tampered_with_is_worth_nothing(change):
    assert work.check(changed(worked(), change)).level == -1


@pytest.mark.parametrize("answer", ["", "rubbish", "good", "used"])
def test_one_row_is_written_whatever_comes(answer):
    good = worked()
    if answer == "used":
        work.check(good)
    before = sum(UsedWork.objects.values_list("uses", flat=True))
    work.check(good if answer in {"good", "used"} else answer)
    assert sum(UsedWork.objects.values_list("uses", flat=True)) == before + 1


@pytest.mark.parametrize("answer", ["", "x", "e30=", "bnVsbA==", "W10=", "A" * 100_000, "票"])
def test_rubbish_is_worth_nothing(answer):
    assert work.check(answer).level == -1


def test_work_of_another_installation_is_worth_nothing(settings):
    answer = worked()
    settings.SECRET_KEY = "another"
    assert work.check(answer).level == -1


def test_it_grows_with_failures_and_in_an_attack():
    assert [work.level(failures, attack=False) for failures in (0, 4.9, 5, 12, 1000)] == [
        0,
        0,
        1,
        2,
        work.HARDEST,
    ]
    assert work.level(0, attack=True) == 2


def test_the_number_of_tries_stays_in_a_narrow_range(settings):
    settings.LOOKUP_WORK = 100
    tries = []
    for _piece in range(3):
        challenge = altcha.Challenge.from_dict(work.give(1))
        tries.append(altcha.solve_challenge(challenge).counter)
    assert all(150 <= number <= 250 for number in tries)
