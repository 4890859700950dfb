from datetime import UTC, datetime

import pytest
from django.db import transaction

from disputes import numbers
from disputes.models import NumberSeries

pytestmark = pytest.mark.django_db
NOVEMBER = datetime(2026, 11, 23, 6, tzinfo=UTC)


def test_they_count_up_within_a_month_and_begin_again_in_the_next():
    december = datetime(2026, 12, 1, 6, tzinfo=UTC)
    drawn = [numbers.next_number(at) for at in (NOVEMBER, NOVEMBER, december, NOVEMBER)]
    assert drawn == ["2611-0001", "2611-0002", "2612-0001", "2611-0003"]


def test_the_month_is_that_of_shanghai():
    assert numbers.next_number(datetime(2026, 11, 30, 16, 30, tzinfo=UTC)) == "2612-0001"
    assert numbers.next_number(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) == "2701-0001"


def test_the_ten_thousandth_of_a_month_has_five_digits():
    NumberSeries.objects.create(month="2611", last=9999)
    assert numbers.next_number(NOVEMBER) == "2611-10000"


def test_an_undone_transaction_leaves_no_gap():
    with transaction.atomic():
        numbers.next_number(NOVEMBER)
        transaction.set_rollback(True)
    assert numbers.next_number(NOVEMBER) == "2611-0001"


@pytest.mark.django_db(transaction=True)
def test_a_number_belongs_to_a_transaction():
    with pytest.raises(RuntimeError):
        numbers.next_number(NOVEMBER)
