import time

from celery import shared_task
from django.utils import timezone

from portal.outbox import delivery
from portal.outbox.models import Entry


@shared_task
def deliver(entry_id: int) -> None:
    delivery.deliver(entry_id)


@shared_task
def sweep(limit: int = 200, seconds: float = 25) -> int:
    """Deliver what is due and was left behind; how many were tried.

    It ends before the next one starts: a mail server that lets each try wait cannot pile sweeps
    up, and what it did not come to is the oldest of the next.
    """
    end = time.monotonic() + seconds
    due = (
        Entry.objects.filter(state="pending", due_at__lte=timezone.now())
        .order_by("due_at")
        .values_list("pk", flat=True)[:limit]
    )
    tried = 0
    for entry_id in list(due):
        if time.monotonic() > end:
            break
        delivery.deliver(entry_id)
        tried += 1
    return tried
