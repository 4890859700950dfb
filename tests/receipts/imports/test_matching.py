"""A row is looked up by the index of each of its names, on both databases, whatever the planner
thinks of tables that are gone at commit: else a large file takes for ever, and nobody is told."""

import pytest
from django.db import connection, transaction

from receipts.imports import matching, reversing, staging
from tests.receipts.imports.conftest import REFUND, SALE

PAYMENT_INDEXES = [
    "payment_once_per_source_id",
    "payment_once_per_voucher",
    "payment_by_rrn_alone",
    "payment_by_rrn",
]


@pytest.fixture
def plan(db, load_rows):
    """How a statement goes about it among some payments. What PostgreSQL knows of them is told it:
    left to itself it may have looked while other tests had them, or when there was none."""
    rows = []
    for n in range(1, 301):
        own = {"terminal_no": f"{n % 6 + 1:08}", "voucher_no": f"{n:06}", "rrn": f"{n:012}"}
        back = {"voucher_no": f"9{n:05}", "rrn": f"9{n:011}", "original_voucher_no": f"{n:06}"}
        rows += [SALE | own, REFUND | own | back]
    load_rows(rows)
    if staging.is_postgres():
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE receipts_payment, receipts_reversal")

    def planned(sql: str) -> str:
        with transaction.atomic(), connection.cursor() as cursor:
            staging.prepare(cursor)
            staging.empty(cursor, "staged_row", "staged_place", "staged_match", "staged_reversal")
            cursor.execute(("EXPLAIN " if staging.is_postgres() else "EXPLAIN QUERY PLAN ") + sql)
            return "\n".join(str(row[-1] if staging.is_postgres() else row[3]) for row in cursor)

    return planned


def test_each_name_has_its_index(plan):
    for sql, index in zip(matching.statements(), PAYMENT_INDEXES, strict=True):
        steps = plan(sql).splitlines()
        (found,) = (step for step in steps if index in step.replace("=", " ").split())
        assert "Index Scan" in found or found.startswith("SEARCH p USING INDEX")
        assert not any("AUTOMATIC" in step or step.startswith("SCAN p") for step in steps)


def test_reversals_and_their_originals_too(plan):
    for sql, table in (
        (reversing._originals(), "payment"),
        (reversing._already_there(), "reversal"),
    ):
        steps = plan(sql)
        for index in ("once_per_source_id", "once_per_voucher", "by_rrn"):
            assert f"{table}_{index}" in steps
        assert "AUTOMATIC" not in steps
