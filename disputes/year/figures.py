"""The figures of one year.

A complaint belongs to the year in which it was opened, by the institution's clock (TIME_ZONE).
Which kinds are complaints about a transaction or about service stands in the policy
(`KindPolicy.complaint`); what was merged into another case is counted there alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone

from disputes import policy
from disputes.models import Case
from disputes.models.case import OPEN_STATUSES, Status
from disputes.year import counting
from portal.calendar import working
from receipts.models import Payment
from receipts.models.payment import Status as PaymentStatus

TRANSACTION, SERVICE = "transaction", "service"
CLASSES = (TRANSACTION, SERVICE)
WITHIN_ONE, WITHIN_THREE = 1, 3  # working days
FIRST_YEAR = 2000
KEPT = 600  # seconds that the number of payments is not counted again
# The parts of a class, and what a case must be to be in it.
PARTS: dict[str, Q] = {
    "all": Q(),
    "handled": ~Q(status__in=list(OPEN_STATUSES)),
    "in_one": ~Q(status__in=list(OPEN_STATUSES)) & Q(handled_days__lte=WITHIN_ONE),
    "in_three": ~Q(status__in=list(OPEN_STATUSES))
    & Q(handled_days__gt=WITHIN_ONE, handled_days__lte=WITHIN_THREE),
    "later": ~Q(status__in=list(OPEN_STATUSES)) & Q(handled_days__gt=WITHIN_THREE),
    "open": Q(status__in=list(OPEN_STATUSES)),
}
# What is no complaint, or is counted elsewhere.
BESIDE = ("requests", "merged")


@dataclass(frozen=True)
class Counts:
    """Of one class of complaints."""

    all: int = 0
    in_one: int = 0
    in_three: int = 0
    later: int = 0
    uncounted: int = 0  # closed, and the worker has not counted its days yet

    @property
    def handled(self) -> int:
        return self.in_one + self.in_three + self.later + self.uncounted

    @property
    def open(self) -> int:
        return self.all - self.handled


@dataclass(frozen=True)
class Year:
    year: int
    classes: dict[str, Counts]
    requests: int
    merged: int
    payments: int
    provisional: bool
    complete: bool  # the year is over

    @property
    def uncounted(self) -> int:
        return sum(each.uncounted for each in self.classes.values())

    @property
    def share(self) -> str:
        """Complaints about transactions for each ten thousand payments, two decimals; "" where
        there was no payment."""
        if not self.payments:
            return ""
        hundredths = _rounded(self.classes[TRANSACTION].all * 1_000_000, self.payments)
        return f"{hundredths // 100}.{hundredths % 100:02d}"


def per_cent(part: int, whole: int) -> str:
    """One decimal, half up; "" of nothing."""
    if not whole:
        return ""
    tenths = _rounded(part * 1000, whole)
    return f"{tenths // 10}.{tenths % 10}"


def _rounded(number: int, by: int) -> int:
    return (2 * number + by) // (2 * by)


def bounds(year: int) -> tuple[datetime, datetime]:
    """Its first moment and that of the next, where the institution is."""
    zone = timezone.get_default_timezone()
    return datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)


def years() -> list[int]:
    """Those that have a case, and this one; the newest first."""
    this = timezone.localdate().year
    first = Case.objects.order_by("opened_at").values_list("opened_at", flat=True).first()
    begins = timezone.localdate(first).year if first else this
    return list(range(this, min(begins, this) - 1, -1))


def kinds_of(of: str) -> list[str]:
    """None of them where no customer asked: the card network's cases stand in no figure."""
    return [kind for kind in _asked() if policy.KINDS[kind].complaint == of]


def _asked() -> list[str]:
    return [kind for kind, rules in policy.KINDS.items() if rules.by_customers]


def in_year(year: int):
    start, end = bounds(year)
    return Case.objects.filter(opened_at__gte=start, opened_at__lt=end)


def condition(of: str, part: str) -> Q:
    """The cases behind one figure. Raises KeyError for one that there is not."""
    if of == "merged":
        return Q(status=Status.MERGED, kind__in=_asked())
    kinds = {"requests": kinds_of("")}.get(of) or (kinds_of(of) if of in CLASSES else None)
    if kinds is None:
        raise KeyError(of)
    return Q(kind__in=kinds) & ~Q(status=Status.MERGED) & PARTS[part]


def of(year: int) -> Year:
    return _read(year, counting.numbers(_asked(), *bounds(year)))


def _read(year: int, numbers: Iterable[counting.Number]) -> Year:
    sums: dict[str, Counter[str]] = {each: Counter() for each in (*CLASSES, "")}
    merged = 0
    for each in numbers:
        if each.status == Status.MERGED:
            merged += each.cases
        else:
            sums[policy.KINDS[each.kind].complaint][_part(each)] += each.cases
    return Year(
        year=year,
        classes={each: _counts(sums[each]) for each in CLASSES},
        requests=sums[""].total(),
        merged=merged,
        payments=payments(year),
        provisional=_is_provisional(year),
        complete=timezone.localdate().year > year,
    )


def _part(number: counting.Number) -> str:
    """The name in `Counts`; "" of an open one."""
    if number.status in OPEN_STATUSES:
        return ""
    if number.days is None:
        return "uncounted"
    if number.days <= WITHIN_ONE:
        return "in_one"
    return "in_three" if number.days <= WITHIN_THREE else "later"


def _counts(parts: Counter[str]) -> Counts:
    named = {name: number for name, number in parts.items() if name}
    return Counts(all=parts.total(), **named)


def payments(year: int) -> int:
    """That took place in the year; a declined one took no money and is none."""
    key = f"year-payments:{year}"
    number = cache.get(key)
    if number is None:
        start, end = bounds(year)
        took_place = Payment.objects.filter(occurred_at__gte=start, occurred_at__lt=end)
        number = took_place.exclude(status=PaymentStatus.DECLINED).count()
        cache.set(key, number, KEPT)
    return number


def _is_provisional(year: int) -> bool:
    """Whether days that these figures count by may still change with a notice."""
    last = min(timezone.localdate(), date(year + 1, 12, 31))
    return working.is_provisional(date(year, 1, 1), max(last, date(year, 1, 1)))
