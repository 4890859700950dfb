"""Case numbers: year and month, then how many in that month: 2611-0472.

One row a month is counted up in the transaction that opens the case: its lock puts two that
come together one behind the other, and a case that was not opened leaves no gap.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from disputes.models.number import NumberSeries


def next_number(at: datetime) -> str:
    """The next number of the month of `at`; inside `atomic` only."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a case number belongs to the transaction that opens the case")
    month = timezone.localtime(at).strftime("%y%m")
    NumberSeries.objects.get_or_create(month=month)
    NumberSeries.objects.filter(month=month).update(last=F("last") + 1)
    return f"{month}-{NumberSeries.objects.get(month=month).last:04d}"
