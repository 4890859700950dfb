from celery import shared_task

from portal.audit import sequencer


@shared_task
def sequence() -> None:
    sequencer.sequence()
