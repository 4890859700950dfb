import structlog
from celery import shared_task
from django.core.files.storage import default_storage

from portal.erasure import replaying, retention
from portal.erasure.models import LeftFile

log = structlog.get_logger()


@shared_task
def enforce() -> None:
    """Each night: what the list says was erased is erased here too, and what is too old goes."""
    try:
        for line in replaying.replay():
            log.warning("erasure_replayed", subject=line.subject, state=line.state)
    except replaying.Unreadable as error:
        log.error("erasure_list_unreadable", at=str(error))
    retention.enforce()


@shared_task
def remove_files(limit: int = 500) -> int:
    """Files whose rows are gone, out of the store; how many."""
    removed = 0
    for left in LeftFile.objects.order_by("pk")[:limit]:
        try:
            default_storage.delete(left.name)
        except OSError as error:  # the store is away: the next turn
            log.warning("file_not_removed", error=type(error).__name__)
            continue
        left.delete()
        removed += 1
    return removed
