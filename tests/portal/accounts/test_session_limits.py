"""A session ends by itself."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from portal.accounts import tasks
from portal.audit.models import Event

HOME = "/account/home/"


def signed_in(client) -> bool:
    return not client.get(HOME).headers["Location"].startswith("/account/login/")


@pytest.mark.parametrize(("role", "minutes"), [("support", 30), ("clerk", 120)])
def test_it_ends_after_a_while_without_a_page(client, sign_in, clock, pass_time, role, minutes):
    sign_in(role)
    pass_time(minutes=minutes)
    assert signed_in(client)
    pass_time(minutes=minutes, seconds=1)
    assert not signed_in(client)
    assert '"reason":"time"' in Event.objects.get(type="signed_out").text


def test_it_says_why(client, sign_in, clock, pass_time):
    sign_in("support")
    pass_time(minutes=31)
    page = client.get("/account/?x=1", follow=True)
    assert page.redirect_chain == [("/account/login/?next=/account/%3Fx%3D1", 302)]
    assert "您有一段时间没有操作" in page.content.decode()


def test_it_ends_after_a_working_day_however_busy(client, sign_in, clock, pass_time):
    sign_in("support")
    for _ in range(23):
        pass_time(minutes=20)
        assert signed_in(client)
    pass_time(minutes=21)
    assert not signed_in(client)


def test_public_pages_are_no_way_to_keep_it_alive_for_ever(client, sign_in, clock, pass_time):
    sign_in("support")
    pass_time(hours=8, seconds=1)
    assert client.get("/account/").headers["Location"].startswith("/account/login/")


def test_a_page_that_is_read_often_writes_seldom(
    client, sign_in, clock, pass_time, django_assert_num_queries
):
    sign_in("support")
    client.get(HOME)
    with django_assert_num_queries(2):  # session, person with memberships
        client.get(HOME)


def test_what_has_ended_leaves_no_row(client, sign_in, clock, pass_time):
    sign_in("support")
    Session.objects.create(
        session_key="open", session_data="", expire_date=timezone.now() + timedelta(days=2)
    )
    pass_time(hours=9)
    tasks.clear_sessions()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]


def test_beat_knows_the_task(settings):
    names = {each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()}
    assert tasks.clear_sessions.name in names
