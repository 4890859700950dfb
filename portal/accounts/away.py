"""Who of the institution is away, and until when: what a case's page, the queue and the rule that
gives cases ask. A time begins and ends by itself; nobody has to switch anything."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from portal import moments
from portal.accounts.models import Absence, Membership, User

DAYS_AHEAD = 366  # so far ahead one may say it


def now(moment: datetime) -> Q:
    """Of memberships: those whose people are away at that moment."""
    return Q(absence__since__lte=moment, absence__until__gt=moment)


def of(user: User | int | None, moment: datetime) -> Absence | None:
    """The absence of this person that lasts at that moment."""
    if user is None:
        return None
    found = Absence.objects.filter(
        membership__user=user, membership__is_active=True, since__lte=moment, until__gt=moment
    )
    return found.first()


def back(until: datetime) -> str:
    """The day on which somebody is there again, in words."""
    return moments.day(timezone.localdate(until))


def last_day(until: datetime) -> date:
    return timezone.localdate(until - timedelta(microseconds=1))


def back_of(membership: Membership, moment: datetime) -> str:
    """As `back`, of one who is away now; else "". With `absence` among what was read."""
    found: Absence | None = getattr(membership, "absence", None)
    return back(found.until) if found and found.since <= moment < found.until else ""
