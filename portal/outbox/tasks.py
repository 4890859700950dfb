from celery import shared_task
from django.utils import timezone

from portal.outbox import delivery
from portal.outbox.models import Entry


@shared_task
def deliver(entry_id: int) -> None:
    delivery.deliver(entry_id)


@shared_task
def sweep(limit: int = 200) -> int:
    """Deliver what is due and was left behind; how many were tried."""
    due = list(
        Entry.objects.filter(state="pending", due_at__lte=timezone.now())
        .order_by("due_at")
        .values_list("pk", flat=True)[:limit]
    )
    for entry_id in due:
        delivery.deliver(entry_id)
    return len(due)
