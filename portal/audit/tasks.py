import structlog
from celery import shared_task
from django.db import transaction
from django.utils import timezone

from portal.audit import keys, memory, outside, reading_seals, sequencer
from portal.outbox import post

log = structlog.get_logger()

KEY_UNUSABLE, WENT_BACK = "audit_key_unusable", "audit_went_back"


@shared_task
def seal_readings() -> int:
    return reading_seals.seal()


@shared_task
def sequence() -> None:
    try:
        sequencer.sequence()
    except keys.KeyUnusable as error:
        _tell(KEY_UNUSABLE, str(error))
    except memory.WentBack as error:
        _tell(WENT_BACK, str(error))


def _tell(what: str, why: str) -> None:
    """To those who answer for it, once a day: the log is written at each turn."""
    log.error(what, error=why)
    day = timezone.localdate()
    with transaction.atomic():
        post.news(f"{what}-{day:%Y%m%d}", topic="audit_not_signed", what=what, why=why)


@shared_task
def mail_outside_copies() -> None:
    outside.mail_out()
