"""A statement that is made once answers as the query does that it was made from."""

import datetime

import pytest
from django.db import connection
from django.db.models import BigAutoField, CharField
from django.test.utils import CaptureQueriesContext

from disputes.models import Case
from portal.compiled import Compiled, CompiledFor, Later

pytestmark = pytest.mark.django_db
NUMBER = Later("number", CharField())


def by_number():
    return Case.objects.select_related("merchant", "policy").filter(number=NUMBER)


def test_it_gives_models_with_what_was_joined(case):
    compiled = Compiled(by_number)
    for _turn in range(2):
        with CaptureQueriesContext(connection) as asked:
            (found,) = compiled.queryset(number=case.number)
            facts = (found.merchant.name, found.policy.number, found.opened_at, found.public_id)
        assert len(asked) == 1
        assert found == case
        assert facts == (case.merchant.name, case.policy.number, case.opened_at, case.public_id)


def test_what_is_given_decides_each_time(case, open_case):
    other = open_case()
    compiled = Compiled(by_number)
    first, second = compiled.queryset(number=case.number), compiled.queryset(number=other.number)
    assert [list(second), list(first)] == [[other], [case]]
    assert list(compiled.queryset(number="none")) == []


def test_rows_come_as_the_fields_give_them(case):
    compiled = Compiled(lambda: by_number().values_list("pk", "opened_at", "submission_key"))
    plain = [tuple(row) for row in Case.objects.values_list("pk", "opened_at", "submission_key")]
    assert compiled.all(number=case.number) == plain
    assert isinstance(plain[0][1], datetime.datetime)


def test_the_first_of_none_is_none(case):
    compiled = Compiled(lambda: by_number().values_list("pk"))
    assert compiled.first(number=case.number) == (case.pk,)
    assert compiled.first(number="none") is None


def test_values_stay_values(case):
    """Whatever is given stands beside the statement and never in it."""
    compiled = Compiled(by_number)
    assert list(compiled.queryset(number="' OR 1=1 --")) == []


def test_an_asker_gets_the_statement_of_their_kind_alone(case):
    of = CompiledFor(
        lambda kind: Case.objects.filter(pk=Later("pk", BigAutoField()), kind=kind).values_list(
            "pk"
        )
    )
    assert of(case.kind, case.kind).all(pk=case.pk) == [(case.pk,)]
    assert of("no_such", "no_such").all(pk=case.pk) == []
    assert of(case.kind, case.kind) is of(case.kind, case.kind)
