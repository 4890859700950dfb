"""`check --deploy --database default` says which of the database's guards is missing."""

import pytest
from django.core.checks import run_checks
from django.db import connection

from disputes import money_guard
from portal.accounts import two_people

pytestmark = pytest.mark.django_db


def told() -> dict[str, str]:
    found = run_checks(tags=["database"], include_deployment_checks=True, databases=["default"])
    return {each.id: each.msg for each in found if each.id in {"xiaopiao.E034", "xiaopiao.E035"}}


def test_of_a_whole_database_nothing():
    assert told() == {}


@pytest.mark.parametrize(
    ("guards", "number", "words"),
    [
        (money_guard.GUARDS, "xiaopiao.E034", "refunds below what was captured"),
        (two_people.GUARDS, "xiaopiao.E035", "that another person decides"),
    ],
)
def test_of_one_without_them_what_it_does_not_hold(guards, number, words):
    guards.remove(connection)
    assert set(told()) == {number}
    assert told()[number].startswith(f"The database does not hold {words}: the guard ")
    assert told()[number].endswith(" is missing.")
