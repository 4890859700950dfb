"""A row is looked up by the index of each of its names, on both databases, whatever the planner
thinks of tables that are gone at commit: else a large file takes for ever, and nobody is told."""

import pytest
from django.db import connection, transaction

from receipts.imports import matching, reversing, staging

PAYMENT_INDEXES = [
    "payment_once_per_source_id",
    "payment_once_per_voucher",
    "payment_by_rrn_alone",
    "payment_by_rrn",
]


def plan(sql: str) -> str:
    with transaction.atomic(), connection.cursor() as cursor:
        staging.prepare(cursor)
        staging.empty(cursor, "staged_row", "staged_place", "staged_match", "staged_reversal")
        cursor.execute(("EXPLAIN " if staging.is_postgres() else "EXPLAIN QUERY PLAN ") + sql)
        return "\n".join(str(row[-1] if staging.is_postgres() else row[3]) for row in cursor)


@pytest.mark.parametrize("number", range(4))
@pytest.mark.django_db
def test_each_name_has_its_index(number):
    steps = plan(matching.statements()[number]).splitlines()
    (found,) = (step for step in steps if PAYMENT_INDEXES[number] in step.replace("=", " ").split())
    assert "Index Scan" in found or found.startswith("SEARCH p USING INDEX")
    assert not any("AUTOMATIC" in step or step.startswith("SCAN p") for step in steps)


@pytest.mark.django_db
def test_reversals_and_their_originals_too():
    for sql, table in (
        (reversing._originals(), "payment"),
        (reversing._already_there(), "reversal"),
    ):
        steps = plan(sql)
        for index in ("once_per_source_id", "once_per_voucher", "by_rrn"):
            assert f"{table}_{index}" in steps
        assert "AUTOMATIC" not in steps
