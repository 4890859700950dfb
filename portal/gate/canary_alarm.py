"""Look-ups that hit a canary, told after the answer.

The look-up itself only writes its row, the same statement whatever it met, so that its time tells
nothing. The sweep finds the rows that nobody has been told of.
"""

from datetime import datetime

import structlog
from django.db import transaction
from django.utils import timezone

from portal import audit
from portal.accounts.actor import Actor
from portal.gate.models import Attempt
from portal.gate.posture import SUBJECT
from portal.outbox import post

log = structlog.get_logger(__name__)

HIT = "canary_hit"
AT_ONCE = 200  # hits of one turn; the next takes on


def tell(now: datetime | None = None) -> int:
    """An event for every hit, news once an hour; how many hits there were.

    Whoever tries many has hit many by the time somebody reads the first mail: the page counts them.
    """
    now = now or timezone.now()
    with transaction.atomic():
        hits = list(
            Attempt.objects.select_for_update().filter(alarm_due=True).order_by("pk")[:AT_ONCE]
        )
        for hit in hits:
            audit.record(
                SUBJECT,
                HIT,
                actor=Actor.system("gate"),
                after={"attempt": hit.pk, "canary": hit.canary},
                at=now,
            )
            hour = hit.at.replace(minute=0, second=0, microsecond=0)
            post.news(
                f"look_up_{HIT}:{hour.isoformat()}",
                topic=f"look_up_{HIT}",
                at=hit.at.isoformat(),
                network=hit.network,
            )
        Attempt.objects.filter(pk__in=[hit.pk for hit in hits]).update(alarm_due=False)
    if hits:
        log.warning(f"look_up_{HIT}", hits=len(hits))
    return len(hits)
