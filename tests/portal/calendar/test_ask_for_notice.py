"""Administrators are asked for the notice of the year that comes."""

from datetime import timedelta

import pytest

from portal.accounts.models import Role
from portal.calendar import changes, tasks
from portal.outbox.models import Entry
from tests.conftest import MOMENT

pytestmark = pytest.mark.django_db


def asked() -> list[str]:
    return sorted(Entry.objects.filter(topic="calendar_notice").values_list("recipient", flat=True))


def test_they_are_asked_once_a_week_while_it_is_missing(make_member, clock):
    member = make_member(Role.ADMINISTRATOR)
    make_member("support")
    tasks.ask_for_notice()
    tasks.ask_for_notice()
    assert asked() == [member.user.email]
    clock.shift(timedelta(days=7))
    tasks.ask_for_notice()
    assert asked() == [member.user.email] * 2


def test_nobody_is_asked_early_or_when_it_is_there(make_member, make_actor, clock, invented):
    make_member(Role.ADMINISTRATOR)
    clock.move_to(MOMENT - timedelta(days=30))
    tasks.ask_for_notice()
    clock.move_to(MOMENT)
    changes.enter_notice(invented, actor=make_actor(Role.ADMINISTRATOR))
    tasks.ask_for_notice()
    assert asked() == []
