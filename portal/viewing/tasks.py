from celery import shared_task

from portal.viewing import sweep


@shared_task
def look_for_unusual_days() -> int:
    return sweep.look()
