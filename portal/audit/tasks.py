from celery import shared_task

from portal.audit import outside, sequencer


@shared_task
def sequence() -> None:
    sequencer.sequence()


@shared_task
def mail_outside_copies() -> None:
    outside.mail_out()
