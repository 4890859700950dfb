from celery import shared_task

from portal.api import idempotency, throttling
from receipts.api import feed


@shared_task
def sweep() -> None:
    """Finish the feeds of yesterday and forget answers that nobody may ask for any more."""
    feed.close_days()
    idempotency.forget_old()
    throttling.forget_old()
