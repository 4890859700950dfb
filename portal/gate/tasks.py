from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from portal.gate import canary_alarm, floor, posture, tallies
from portal.gate.limits import DAY
from portal.gate.models import Attempt, Counter, Tally, UsedWork

# Above the six months of PBOC Order 2025 No. 3 art. 30 (shared by look-ups and staff access).
LOG_KEPT = timedelta(days=365)


@shared_task
def look_again() -> None:
    """End an attack that is over; tell of canaries that were hit."""
    posture.look_again()
    canary_alarm.tell()


@shared_task
def learn() -> None:
    """Once an hour: count the last one, what is usual in this one, and away with what need not be
    kept."""
    tallies.count_up()
    posture.learn()
    now = timezone.now()
    Counter.objects.filter(last_at__lt=now - 2 * timedelta(seconds=DAY)).delete()
    UsedWork.objects.filter(expires_at__lt=now).delete()
    Attempt.objects.filter(at__lt=now - LOG_KEPT).delete()
    Tally.objects.filter(hour__lt=now - LOG_KEPT).delete()
    floor.forget(now)
