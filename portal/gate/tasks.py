from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from portal.gate import canary_alarm, floor, posture, tallies
from portal.gate.limits import DAY
from portal.gate.models import Counter, UsedWork


@shared_task
def look_again() -> None:
    """End an attack that is over; tell of canaries that were hit."""
    posture.look_again()
    canary_alarm.tell()


@shared_task
def learn() -> None:
    """Once an hour: count the last one, what is usual in this one, and away with what need not be
    kept. The log itself goes by its period (portal.erasure)."""
    tallies.count_up()
    posture.learn()
    now = timezone.now()
    Counter.objects.filter(last_at__lt=now - 2 * timedelta(seconds=DAY)).delete()
    UsedWork.objects.filter(expires_at__lt=now).delete()
    floor.forget(now)
