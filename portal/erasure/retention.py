"""The periods: how much is older, and letting it go."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal import audit
from portal.accounts.actor import Actor
from portal.erasure import keepers
from portal.erasure.keepers import Class

ACTOR = Actor.system("retention")
AT_ONCE = 500  # things of one transaction: others want to write, too
SECONDS = 600  # of one turn; the next finds the rest


@dataclass(frozen=True)
class Due:
    kept: Class
    days: int
    before: datetime
    number: int


def due(now: datetime | None = None) -> list[Due]:
    """Each class, and how many are older than its period. Changes nothing."""
    now, found = now or timezone.now(), []
    for kept in keepers.classes():
        days = settings.RETENTION[kept.name]
        before = now - timedelta(days=days)
        found.append(Due(kept, days, before, kept.due(before)))
    return found


def enforce(now: datetime | None = None, seconds: float = SECONDS) -> dict[str, int]:
    """Let go of what is older; class → how many went. What a killed turn did is done, its rest is
    found by the next."""
    now, went, end = now or timezone.now(), {}, time.monotonic() + seconds
    for kept in keepers.classes():
        before = now - timedelta(days=settings.RETENTION[kept.name])
        went[kept.name] = 0
        while time.monotonic() < end and (number := _some(kept, before)):
            went[kept.name] += number
            if number < AT_ONCE:
                break
    return went


@transaction.atomic
def _some(kept: Class, before: datetime) -> int:
    number = kept.let_go(before, AT_ONCE)
    if number:
        audit.record(
            f"retention:{kept.name}",
            "retention.enforced",
            actor=ACTOR,
            after={"before": before.isoformat(), "removed": number},
        )
    return number
