"""Of a row that knows how it was read, what differs is written and nothing else."""

import pytest
from django.db import DatabaseError, connection

from disputes.models import Case
from disputes.models.case import Draft
from portal import compiled_writes

pytestmark = pytest.mark.django_db


def read(case) -> Case:
    return compiled_writes.as_read(Case.objects.get(pk=case.pk))


def written(row) -> str:
    said = []

    def listen(execute, sql, params, many, context):
        said.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        compiled_writes.update(row)
    return "\n".join(said)


def test_what_differs_is_written(case):
    row = read(case)
    row.last_word, row.continued = "“变了”", 3
    said = written(row)
    assert "last_word" in said
    assert "status" not in said
    again = Case.objects.get(pk=case.pk)
    assert (again.last_word, again.continued, again.status) == ("“变了”", 3, case.status)
    row.continued = 4
    assert "last_word" not in written(row)  # it knows what it wrote


def test_what_somebody_else_wrote_meanwhile_stays(case):
    row = read(case)
    Case.objects.filter(pk=case.pk).update(last_word="别人写的")
    row.continued = 1
    compiled_writes.update(row)
    assert Case.objects.get(pk=case.pk).last_word == "别人写的"


def test_what_changes_within_is_always_written():
    draft = Draft.objects.create(answers={})
    row = compiled_writes.as_read(Draft.objects.get(pk=draft.pk))
    row.answers["where"] = "柜台"
    compiled_writes.update(row)
    assert Draft.objects.get(pk=draft.pk).answers == {"where": "柜台"}


def test_where_nothing_differs_nothing_is_said(case):
    assert written(read(case)) == ""


def test_a_row_that_was_made_here_is_written_whole(case):
    row = Case.objects.get(pk=case.pk)
    assert "last_word" in written(row)


def test_one_that_is_gone_is_said(case):
    row = read(case)
    row.pk, row.continued = case.pk + 1_000, 1
    with pytest.raises(DatabaseError):
        compiled_writes.update(row)
