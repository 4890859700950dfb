from celery import shared_task

from portal.site.audit import verifying


@shared_task
def verify_audit(*, since_last: bool) -> None:
    verifying.look(since_last=since_last)
