from celery import shared_task

from portal.uploads import scanning


@shared_task
def check_waiting() -> int:
    """Files that came while the scanner was away."""
    return scanning.check_waiting()
