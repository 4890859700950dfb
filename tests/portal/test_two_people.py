"""Whoever writes to the database, its owner included: what one person asked for another decides."""

from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from disputes import actions
from portal.accounts import two_people
from portal.accounts.errors import NotAllowed
from portal.accounts.models import Membership, User
from portal.erasure import requests
from portal.erasure.models import Ground, Request

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def asker(make_actor):
    return make_actor("supervisor")


@pytest.fixture
def other(make_actor):
    return make_actor("supervisor")


@pytest.fixture(params=["disputes_extension", "erasure_request"])
def asked(request, asker) -> tuple[str, int]:
    """Table and key of what `asker` asked for."""
    if request.param == "erasure_request":
        row = request.getfixturevalue("closed_case")
        made = requests.ask([row.subject], Ground.UNLAWFUL, "写错了人", actor=asker)
        return request.param, made.pk
    case = request.getfixturevalue("at_institution")
    actions.ask_extension(case, actor=asker, days=30, reason="要等发卡行答复。")
    return request.param, case.extensions.get().pk


@pytest.fixture
def closed_case(case, consumer_of):
    actions.withdraw(case, actor=consumer_of(case))
    return case


def write(table: str, pk: int, **values) -> int:
    """By SQL, past the product."""
    names = ", ".join(f'"{name}" = %s' for name in values)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {names} WHERE id = %s", [*values.values(), pk])  # noqa: S608
        return cursor.rowcount


def decided(table: str, by: User, state: str = "approved") -> dict:
    if table == "erasure_request":
        return {"state": state, "decided_by_id": by.pk, "decided_at": timezone.now()}
    return {"answer": state, "answered_by_id": by.pk, "answered_at": timezone.now()}


@contextmanager
def refused(why: str):
    with pytest.raises(DatabaseError, match=why):
        yield


ANOTHER = "by a supervisor who is another person"


def test_another_supervisor_may(asked, other):
    assert write(*asked, **decided(asked[0], other.user)) == 1


@pytest.mark.parametrize("state", ["approved", "refused"])
def test_not_oneself_by_a_second_account(asked, asker, other, state):
    User.objects.filter(pk=other.user.pk).update(person=asker.user.person)
    with refused(ANOTHER):
        write(*asked, **decided(asked[0], other.user, state))


def test_not_by_one_who_was_the_same_person_when_it_was_asked(asked, asker, other):
    """Parted since: the row remembers whose account had asked."""
    was = asker.user.person
    User.objects.filter(pk=asker.user.pk).update(person="somebody else")
    User.objects.filter(pk=other.user.pk).update(person=was)
    with refused(ANOTHER):
        write(*asked, **decided(asked[0], other.user))


@pytest.mark.parametrize(
    "change",
    [
        lambda user: Membership.objects.filter(user=user).update(role="support"),
        lambda user: Membership.objects.filter(user=user).update(is_active=False),
        lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
    ],
)
def test_not_by_one_who_may_not(asked, other, change):
    change(other.user)
    with refused(ANOTHER):
        write(*asked, **decided(asked[0], other.user))


def test_what_was_asked_for_stays_as_it_was_read(asked, asker, other):
    words = "words" if asked[0] == "erasure_request" else "reason"
    fixed = "ground" if asked[0] == "erasure_request" else "clock"
    changes = (
        {"asked_by_id": other.user.pk},
        {"asker_person": "x"},
        {fixed: "x"},
        {words: "另写的"},
    )
    for change in changes:
        with refused("does not change"):
            write(*asked, **change)
    assert write(*asked, **{words: ""}) == 1  # as erasing does


def test_what_was_decided_stays_so(asked, other, make_actor):
    write(*asked, **decided(asked[0], other.user, "refused"))
    with refused("does not change"):
        write(*asked, **decided(asked[0], other.user))
    with refused("does not change"):
        write(*asked, **decided(asked[0], make_actor("supervisor").user, "refused"))


def test_nothing_begins_decided_or_under_another_person(asked, asker, other):
    table, pk = asked
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE id = %s", [pk])  # noqa: S608
        row = dict(zip([each[0] for each in cursor.description], cursor.fetchone(), strict=True))
        for change in ({"asker_person": "x"}, decided(table, other.user)):
            values = row | change | {"id": pk + 1_000}
            names = ", ".join(f'"{name}"' for name in values)
            marks = ", ".join(["%s"] * len(values))
            with refused("begins undecided"), transaction.atomic():
                cursor.execute(
                    f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608
                    [*values.values()],
                )
    if connection.vendor == "sqlite":
        with refused("does not change"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608


def test_the_product_says_so_kindly_when_accounts_were_parted_meanwhile(asker, other, closed_case):
    made = requests.ask([closed_case.subject], Ground.UNLAWFUL, "", actor=asker)
    other.user.person = made.asker_person
    asker.user.person = "somebody else"
    for each in (asker, other):
        each.user.save(update_fields=["person"])
    with pytest.raises(NotAllowed):
        requests.approve(Request.objects.get(pk=made.pk), actor=other)


def test_a_missing_guard_is_told_and_written_anew():
    assert two_people.GUARDS.faults(connection) == []
    with transaction.atomic():
        two_people.GUARDS.remove(connection)
        assert {"disputes_extension", "erasure_request"} <= {
            fault.split()[2].partition("_two_people")[0]
            for fault in two_people.GUARDS.faults(connection)
        }
        two_people.GUARDS.install(connection)
        assert two_people.GUARDS.faults(connection) == []
