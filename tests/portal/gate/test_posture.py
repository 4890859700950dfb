"""Attack mode begins and ends by itself; a supervisor may raise or lift it, with a reason."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.accounts.errors import Invalid, NotAllowed
from portal.audit.models import Event
from portal.erasure import retention
from portal.gate import posture, tasks
from portal.gate.models import Attempt, Counter, Posture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def events() -> list[str]:
    kept = Event.objects.filter(subject=posture.SUBJECT).order_by("sequence")
    return list(kept.values_list("type", flat=True))


def test_an_attack_is_told_once_and_ends_half_an_hour_after_its_last_crossing(pass_time):
    posture.too_many()
    pass_time(minutes=20)
    posture.too_many()
    pass_time(minutes=20)
    tasks.look_again()
    assert posture.current().attack_since is not None
    pass_time(minutes=10)
    tasks.look_again()
    tasks.look_again()
    assert posture.current().attack_since is None
    assert events() == ["attack_began", "attack_ended"]


def test_a_supervisor_raises_it_for_a_time(make_actor, pass_time):
    actor = make_actor("supervisor")
    posture.set_mode("raised", timedelta(hours=2), actor=actor, reason="有人在试尾号")
    assert posture.current().mode == "raised"
    pass_time(hours=2)
    tasks.look_again()
    assert posture.current().mode == "auto"
    assert events() == ["step_up_set", "step_up_ended"]
    assert "有人在试尾号" in Event.objects.get(type="step_up_set").text


@pytest.mark.parametrize("role", ["support", "operations", "auditor", "administrator", "manager"])
def test_nobody_else_does(make_actor, role):
    actor = make_actor(role)
    with pytest.raises(NotAllowed):
        posture.set_mode("lifted", timedelta(hours=1), actor=actor, reason="太严了")
    assert not Posture.objects.exists()


def test_it_wants_a_reason(make_actor):
    with pytest.raises(Invalid, match="reason"):
        posture.set_mode("lifted", timedelta(1), actor=make_actor("supervisor"), reason=" ")


def failed(at, matched=False) -> None:
    Attempt.objects.create(
        at=at, tail_hash="t", cell_hash="c", amount_bucket=4, outcome="more", matched=matched
    )


def test_what_is_usual_is_the_median_of_this_hour(clock):
    hour = timezone.now().replace(minute=10)
    for days in range(1, 29):
        for _failure in range(500 if days < 5 else 3):
            failed(hour - timedelta(days=days))
        failed(hour - timedelta(days=days), matched=True)
        failed(hour - timedelta(days=days, hours=1))
    tasks.learn()
    assert posture.current().usual_failures == 3


def test_what_need_not_be_kept_goes(clock, pass_time):
    failed(timezone.now())
    Counter.objects.create(key="k", period_no=1, count=1, last_at=timezone.now())
    pass_time(days=364)
    failed(timezone.now())
    tasks.learn()
    assert (Attempt.objects.count(), Counter.objects.count()) == (2, 0)
    pass_time(days=2)
    retention.enforce()
    assert Attempt.objects.count() == 1
