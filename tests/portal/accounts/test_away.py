"""Somebody of the institution is away: said by herself or a supervisor, seen by colleagues."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.accounts import actions
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import Absence
from portal.audit.models import Event
from portal.outbox.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def days(number: int):
    return timezone.localdate() + timedelta(days=number)


def say(member, actor, first=0, last=2):
    return actions.say_away(member, first=days(first), last=days(last), actor=actor)


@pytest.fixture
def tao(make_member):
    return make_member("support", name="小陶")


def page_of(member) -> str:
    return f"/account/presence/{member.user.public_id}/"


def test_she_says_it_herself_and_is_told_nothing(tao, trail):
    row = say(tao, Actor.member(tao))
    assert row.since == timezone.now()
    assert timezone.localtime(row.until).date() == days(3)
    told = trail("member.away")
    assert told["subject"] == f"account:{tao.user.public_id}"
    assert set(told["after"]) == {"since", "until"}
    assert not Entry.objects.filter(topic="away").exists()


def test_from_a_supervisor_she_hears_of_it(tao, make_actor):
    chief = make_actor("supervisor")
    say(tao, chief)
    mail = Entry.objects.get(topic="away")
    assert mail.recipient == tao.user.email
    assert chief.user.name in mail.payload["body"]


def test_the_same_again_does_nothing_and_more_takes_its_place(tao, pass_time):
    me = Actor.member(tao)
    began = say(tao, me).since
    pass_time(hours=3)
    say(tao, me)
    assert Event.objects.filter(type="member.away").count() == 1
    pass_time(days=1)
    assert say(tao, me, last=5).since == began  # away already: it goes on
    assert Absence.objects.count() == 1
    assert Event.objects.filter(type="member.away").count() == 2


def test_back_early_and_twice(tao):
    me = Actor.member(tao)
    say(tao, me)
    for _ in range(2):
        actions.say_back(tao, actor=me)
    assert not Absence.objects.exists()
    assert Event.objects.filter(type="member.back").count() == 1


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [(-1, 2, "first"), (400, 401, "first"), (3, 2, "last"), (0, 400, "last")],
)
def test_days_that_make_no_sense(tao, first, last, field):
    with pytest.raises(Invalid) as refused:
        say(tao, Actor.member(tao), first, last)
    assert refused.value.field == field


@pytest.mark.parametrize("role", ["support", "operations", "auditor", "manager", "clerk"])
def test_nobody_else_says_it(tao, make_actor, role):
    with pytest.raises(NotAllowed):
        say(tao, make_actor(role))
    with pytest.raises(NotAllowed):
        actions.say_back(tao, actor=make_actor(role))


def test_nor_is_it_said_of_a_merchants_people(make_member, make_actor):
    with pytest.raises(NotAllowed):
        say(make_member("clerk"), make_actor("supervisor"))


class TestPages:
    def test_by_the_form_and_back(self, client, tao):
        client.force_login(tao.user)
        assert "谁在岗" in client.get("/account/").content.decode()
        form = {"first": days(0).isoformat(), "last": days(2).isoformat()}
        page = client.post(page_of(tao), form, follow=True).content.decode()
        assert "记下了：小陶不在" in page
        assert "不在，" in page
        assert "现在登记为不在" in client.get(page_of(tao)).content.decode()
        page = client.post(page_of(tao), {"do": "back"}, follow=True).content.decode()
        assert "小陶在岗" in page
        assert not Absence.objects.exists()

    @pytest.mark.parametrize(
        ("first", "last"), [("", ""), ("2026-02-30", "x"), ("30/11/2026", "2026-13-01")]
    )
    def test_what_is_wrong_stands_beside_its_field(self, client, tao, first, last):
        client.force_login(tao.user)
        page = client.post(page_of(tao), {"first": first, "last": last})
        assert page.status_code == 422
        assert 'aria-invalid="true"' in page.content.decode()

    def test_a_colleague_sees_it_and_may_not_change_it(self, client, tao, make_member):
        say(tao, Actor.member(tao))
        client.force_login(make_member("support").user)
        page = client.get("/account/presence/").content.decode()
        assert "小陶" in page
        assert page_of(tao) not in page
        assert client.get(page_of(tao)).status_code == 403
        assert client.post(page_of(tao), {"do": "back"}).status_code == 403
        assert Absence.objects.exists()

    def test_the_people_page_says_it(self, client, sign_in, tao):
        say(tao, Actor.member(tao))
        sign_in("administrator")
        for page in ("/account/people/", f"/account/people/{tao.user.public_id}/"):
            assert "不在，11月26日 周四回来" in client.get(page).content.decode()
        assert page_of(tao) in client.get(f"/account/people/{tao.user.public_id}/").content.decode()

    def test_queue_case_and_board_say_it_and_offer_to_hand_over(
        self, client, tao, case, make_member, make_actor
    ):
        from disputes.actions import assign

        assign(case, actor=Actor.member(tao), assignee=tao.user)
        client.force_login(make_member("supervisor").user)
        path = f"/desk/cases/{case.number}/"
        assert "不在，" not in client.get("/desk/?view=all").text + client.get(path).text
        say(tao, Actor.member(tao))
        assert 'class="q-owner away"' in client.get("/desk/?view=all").text
        for headers in ({}, {"HX-Request": "true"}):
            page = client.get(f"{path}?view=all", headers=headers).text
            assert "交给在岗的同事" in page
            assert 'href="#assign"' in page
            assert 'class="q-owner away"' in page
        assert "不在，" in client.get("/desk/board/").text

    def test_afterwards_nothing_is_said(self, client, tao, case, make_member, pass_time):
        say(tao, Actor.member(tao))
        pass_time(days=3)
        client.force_login(make_member("supervisor").user)
        assert "不在，" not in client.get("/account/presence/").text
