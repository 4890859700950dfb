"""Working days from a case's opening to its closing, kept with the case: the yearly table counts
a million of them in one pass.

As with limits the day of the opening does not count (portal.calendar): closed by the end of the
next working day is one. A changed calendar lets
the days be counted anew.
"""

from datetime import date, datetime

from django.utils import timezone

from disputes.models import Case
from portal.calendar import working

AT_ONCE = 2_000
MOST = 50_000  # cases of one turn


def days(opened_at: datetime, closed_at: datetime) -> int:
    return working.working_days(timezone.localdate(opened_at), timezone.localdate(closed_at))


def note(row: Case) -> None:
    """The row is its caller's to save."""
    row.handled_days = days(row.opened_at, row.closed_at) if row.closed_at else None


def missing():
    """Closed cases that nobody has counted: taken over from elsewhere."""
    return Case.objects.filter(closed_at__isnull=False, handled_days__isnull=True)


class _Known:
    """Many cases have the same two days."""

    def __init__(self):
        self.pairs: dict[tuple[date, date], int] = {}

    def days(self, case: Case) -> int:
        pair = timezone.localdate(case.opened_at), timezone.localdate(case.closed_at)
        if pair not in self.pairs:
            self.pairs[pair] = working.working_days(*pair)
        return self.pairs[pair]


def fill(most: int = MOST) -> int:
    """Count those that are missing; how many were."""
    known, done = _Known(), 0
    while done < most:
        some = list(missing().order_by("pk").only("pk", "opened_at", "closed_at")[:AT_ONCE])
        for case in some:
            case.handled_days = known.days(case)
        Case.objects.bulk_update(some, ["handled_days"], batch_size=500)
        done += len(some)
        if len(some) < AT_ONCE:
            break
    return done


def recount(year: int, after: int) -> int:
    """The days of this year are not what they were: one turn over the cases whose time touches it,
    from id `after` on; where the next begins, 0 when there is none. Only what differs is written.
    """
    zone = timezone.get_default_timezone()
    start, end = datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)
    touched = Case.objects.filter(opened_at__lt=end, closed_at__gte=start, pk__gt=after)
    some = list(
        touched.order_by("pk").only("pk", "opened_at", "closed_at", "handled_days")[:AT_ONCE]
    )
    changed, known = [], _Known()
    for case in some:
        counted = known.days(case)
        if counted != case.handled_days:
            case.handled_days = counted
            changed.append(case)
    Case.objects.bulk_update(changed, ["handled_days"], batch_size=500)
    return some[-1].pk if len(some) == AT_ONCE else 0
