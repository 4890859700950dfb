"""A deadline in words, the same for whoever reads it: customer, shop, staff, mail."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from disputes import clocks
from portal import moments


def by(at: datetime | None) -> str:
    """今天 14:05, 11月24日 周二 14:05. The last moment of a day is told as its 24:00; nothing where
    no time is set."""
    if at is None:
        return ""
    if clocks.end_of_day(at, 0) == at:
        return _("%(day)s 24:00") % {"day": moments.day(timezone.localdate(at))}
    return moments.clock(at)
