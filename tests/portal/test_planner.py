"""SQLite knows how many cases are open, so that it need not sort them for each page."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from disputes.models import Case
from portal.site.tasks import tell_planner

pytestmark = pytest.mark.django_db


@pytest.fixture
def many_open(case):
    """Cases as `case`, of which most are open."""
    now = timezone.now()
    for number in range(400):
        case.pk, case._state.adding = None, True
        case.number, case.public_id = f"9999-{number:04}", uuid.uuid4()
        case.submission_key, case.due_at = uuid.uuid4(), now + timedelta(minutes=number)
        case.save(force_insert=True)


def sorts() -> bool:
    first = Case.objects.open().order_by("due_at", "pk").values("number")[:50]
    return "TEMP B-TREE" in first.explain()


def test_a_page_of_open_cases_is_read_off_an_index(many_open, django_assert_num_queries):
    if connection.vendor == "postgresql":  # which gathers it by itself
        with django_assert_num_queries(0):
            tell_planner()
        return
    assert sorts()
    tell_planner()
    assert not sorts()
    with connection.cursor() as cursor:
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE idx = 'open_cases_by_due'")
        assert cursor.fetchone()[0].startswith("401 ")
