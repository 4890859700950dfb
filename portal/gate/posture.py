"""How wary the look-up is: attack mode begins by itself, ends by itself, and a supervisor may
raise or lift it for a time, with a reason.
"""

from datetime import UTC, datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.gate import limits_sql, tallies
from portal.gate.models import Posture
from portal.outbox import post

log = structlog.get_logger(__name__)

ACTOR = Actor.system("gate")
SUBJECT = "gate:look-up"
# So long attack mode lasts at least, from the failure that was one too many.
ATTACK_LASTS = timedelta(minutes=30)
USUAL_OF = 28  # days, of which the same hour is averaged


def current() -> Posture:
    return Posture.objects.get_or_create(pk=1)[0]


def _locked() -> Posture:
    current()
    return Posture.objects.select_for_update().get(pk=1)


def is_attack(now: datetime | None = None) -> bool:
    """Attack mode, as the last crossing or a supervisor left it."""
    return limits_sql.is_attack(now or timezone.now())


def too_many(now: datetime | None = None) -> None:
    """The failures of all together have crossed their limit: attack mode, told once an attack."""
    now = now or timezone.now()
    with transaction.atomic():
        posture = _locked()
        if posture.attack_since is None:
            posture.attack_since = now
            _tell("attack_began", posture, now)
        posture.attack_until = now + ATTACK_LASTS
        posture.save(update_fields=["attack_since", "attack_until"])


def look_again(now: datetime | None = None) -> None:
    """What the sweep does: end an attack that is over, and forget a supervisor's word that was
    given for a time."""
    now = now or timezone.now()
    with transaction.atomic():
        posture = _locked()
        if posture.attack_since and posture.attack_until and posture.attack_until <= now:
            _tell("attack_ended", posture, now)
            posture.attack_since = posture.attack_until = None
        if posture.mode != Posture.Mode.AUTO and posture.mode_until and posture.mode_until <= now:
            audit.record(
                SUBJECT,
                "step_up_ended",
                actor=ACTOR,
                before={"mode": posture.mode},
                after={"mode": Posture.Mode.AUTO},
                at=now,
            )
            posture.mode, posture.mode_until = Posture.Mode.AUTO, None
        posture.save()


def learn(now: datetime | None = None) -> None:
    """What is usual in the hour that begins, for the limit of all together: by what was counted
    (`tallies.count_up`)."""
    current()
    Posture.objects.filter(pk=1).update(usual_failures=usual(now or timezone.now()))


def _tell(type: str, posture: Posture, now: datetime) -> None:
    since = posture.attack_since or now
    audit.record(SUBJECT, type, actor=ACTOR, after={"since": since.isoformat()}, at=now)
    post.news(
        f"look_up_{type}:{since.isoformat()}", topic=f"look_up_{type}", since=since.isoformat()
    )
    log.warning(f"look_up_{type}")


def set_mode(mode: str, lasts: timedelta, *, actor: Actor, reason: str) -> Posture:
    """A supervisor's word: always ask one detail more, or never enter attack mode; for a time.

    Raises NotAllowed for whoever may not, Invalid without a reason.
    """
    if not actor.is_institution or actor.role != "supervisor":
        raise NotAllowed
    if not reason.strip():
        raise Invalid("reason", _("请写明原因"))
    now = timezone.now()
    with transaction.atomic():
        posture = _locked()
        before = {"mode": posture.mode}
        posture.mode = Posture.Mode(mode)
        posture.mode_until = now + lasts if mode != Posture.Mode.AUTO else None
        posture.save(update_fields=["mode", "mode_until"])
        until = posture.mode_until.isoformat() if posture.mode_until else ""
        audit.record(
            SUBJECT,
            "step_up_set",
            actor=actor,
            before=before,
            after={"mode": mode, "until": until},
            reason=reason.strip(),
        )
    return posture


def usual(now: datetime) -> int:
    """Failed look-ups in this hour of the day: the median of the last four weeks, so that the hour
    of an attack does not make the next one usual."""
    start = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    hours = [start - timedelta(days=days) for days in range(1, USUAL_OF + 1)]
    failed = tallies.failed_in(hours)
    counts = sorted(failed.get(hour, 0) for hour in hours)
    return counts[len(counts) // 2]
