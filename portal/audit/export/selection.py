"""Which events an export holds, and at which sizes of the tree it can be held against a copy."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Min, QuerySet

from portal.audit.models import Checkpoint, Event, Leaf

CHUNK = 1_000  # leaves of one query
MARKS = 100  # checkpoints of one export: each costs its reader a signature to check


class NothingToExport(Exception):
    """No event that has a leaf is meant."""


@dataclass(frozen=True, slots=True)
class Selection:
    """All events; those of `subjects`; or those from the first at or after `since` to the last
    before `until`, with all that lies between them in the log."""

    subjects: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    @property
    def kind(self) -> str:
        if self.subjects:
            return "subjects"
        return "period" if self.since or self.until else "all"

    def facts(self) -> dict[str, str | list]:
        """As the trail keeps it."""
        facts: dict[str, str | list] = {"kind": self.kind}
        if self.subjects:
            facts["subjects"] = list(self.subjects)
        if self.since:
            facts["since"] = self.since.isoformat()
        if self.until:
            facts["until"] = self.until.isoformat()
        return facts

    def numbers(self, size: int) -> Sequence[int]:
        """The leaves meant, among the first `size`, in order. Raises NothingToExport."""
        numbers = self._of_subjects(size) if self.subjects else self._of_period(size)
        if not numbers:
            of_what = ", ".join(self.subjects) or "this period"
            raise NothingToExport(f"the log holds no event of {of_what}")
        return numbers

    def _of_subjects(self, size: int) -> list[int]:
        # By the events' index, then by theirs: never along the whole log.
        events = Event.objects.filter(subject__in=self.subjects).values("pk")
        leaves = Leaf.objects.filter(event__in=events).values_list("number", flat=True)
        return sorted(number for number in leaves if number < size)

    def _of_period(self, size: int) -> range:
        first, last = 0, size - 1
        leaves = Leaf.objects.filter(number__lt=size)
        if self.since:
            first = leaves.filter(event__at__gte=self.since).aggregate(n=Min("number"))["n"]
        if self.until:
            last = leaves.filter(event__at__lt=self.until).aggregate(n=Max("number"))["n"]
        return range(0) if first is None or last is None else range(first, last + 1)


def chunks(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), CHUNK):
        yield numbers[start : start + CHUNK]


def leaves(chunk: Sequence[int]) -> QuerySet[Leaf]:
    """The leaves of one chunk, in order."""
    if isinstance(chunk, range):
        rows = Leaf.objects.filter(number__gte=chunk[0], number__lte=chunk[-1])
    else:
        rows = Leaf.objects.filter(number__in=chunk)
    return rows.order_by("number")


def marks(numbers: Sequence[int], size: int, against: Sequence[int] = ()) -> list[int]:
    """The sizes of the checkpoints that go along, the last of them `size`.

    Each event is followed by the first checkpoint that confirms it, as far as MARKS reaches, so
    that a wrong one is found to a few; then those that left the house, the newest first, so that
    who holds one can compare; and those asked for by `against`, whatever their number."""
    signed = sorted(
        Checkpoint.objects.filter(size__gt=numbers[0], size__lte=size).values_list(
            "size", flat=True
        )
    )
    few = _spread(numbers) if len(numbers) > MARKS else numbers
    places = {bisect_left(signed, number + 1) for number in few}
    chosen = {signed[place] for place in places if place < len(signed)}
    outside = (
        Checkpoint.objects.filter(size__lte=size, copies__isnull=False)
        .order_by("-size")
        .values_list("size", flat=True)
        .distinct()
    )
    asked = Checkpoint.objects.filter(size__in=against, size__lte=size)
    return sorted(
        chosen | set(outside[:MARKS]) | set(asked.values_list("size", flat=True)) | {size}
    )


def _spread(numbers: Sequence[int]) -> list[int]:
    step = len(numbers) / MARKS
    return [numbers[int(place * step)] for place in range(MARKS)]
