"""Hand out the trail: one zip that proves itself without us."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from uuid_utils import uuid7

from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.errors import NotAllowed
from portal.accounts.models import Role
from portal.audit import keys, sequencer, store
from portal.audit.export import archive, files, readme
from portal.audit.export.selection import NothingToExport, Selection, marks
from portal.audit.models import Checkpoint, Event, Leaf, OutsideCopy

# Which values come along in clear. What is not named here stays a commitment.
CONTENT: dict[str, frozenset[str] | None] = {
    "none": frozenset(),
    "case": frozenset({"body", "claimed_tail"}),
    "all": None,
}
# Who may hand out what: (of which kinds of selection, with which contents).
EXPORTERS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    Role.AUDITOR: (frozenset({"subjects", "period", "all"}), frozenset({"none", "case"})),
    Role.SUPERVISOR: (frozenset({"subjects"}), frozenset({"none", "case"})),
}
REASON_AT_MOST = 200
TURNS = 100  # of the sequencer, for a log that has much to catch up with

__all__ = ["CONTENT", "EXPORTERS", "Export", "NotYetNumbered", "NothingToExport", "export", "may"]


class NotYetNumbered(Exception):
    """The sequencer does not get to the export's own event; tried again later it may."""


@dataclass(frozen=True, slots=True)
class Export:
    """What `write` will give, fixed by the event that tells of it."""

    event: Event
    selection: Selection
    content: str
    numbers: Sequence[int]
    own_number: int
    size: int
    against: tuple[int, ...]
    reason: str

    @property
    def filename(self) -> str:
        return f"audit-{timezone.localtime(self.event.at):%Y%m%d-%H%M%S}.zip"

    def members(self) -> Iterator[tuple[str, Iterable[bytes]]]:
        numbers = self.numbers
        if isinstance(numbers, list) or numbers[-1] + 1 != self.own_number:
            numbers = _Joined(numbers, range(self.own_number, self.own_number + 1))
        else:
            numbers = range(numbers[0], self.own_number + 1)
        sizes = marks(numbers, self.size, self.against)
        for language in ("zh", "en"):
            yield f"README.{language}.txt", [readme.text(language, self).encode()]
        yield "verify.py", [verifier()]
        yield "keys.txt", (f"{key}\n".encode() for key in keys.verifiers())
        notes = dict(Checkpoint.objects.filter(size__in=sizes).values_list("size", "note"))
        for size in sizes:
            yield f"checkpoints/{size:012d}.txt", [notes[size].encode()]
        yield "tree.txt", files.order(numbers, sizes)
        yield "events.jsonl", files.events(numbers)
        yield "openings.jsonl", files.openings(numbers, CONTENT[self.content])

    def write(self) -> Iterator[bytes]:
        return archive.stream(self.members(), timezone.localtime(self.event.at))


class _Joined(Sequence[int]):
    """Two runs of numbers as one, without copying either."""

    def __init__(self, first: Sequence[int], then: Sequence[int]):
        self.first, self.then = first, then

    def __len__(self) -> int:
        return len(self.first) + len(self.then)

    def __getitem__(self, place):
        cut = len(self.first)
        if isinstance(place, slice):
            start, stop, _ = place.indices(len(self))
            head, tail = self.first[start:stop], self.then[max(0, start - cut) : max(0, stop - cut)]
            return [*head, *tail] if head and tail else head or tail
        place = range(len(self))[place]
        return self.first[place] if place < cut else self.then[place - cut]


def verifier() -> bytes:
    """verify.py, as it goes along."""
    return Path(__file__).with_name("verify.py").read_bytes()


def may(actor: Actor, selection: Selection, content: str) -> bool:
    """Whose selection this may be; which subjects a person may see, the caller has asked."""
    if actor.kind == "system":  # a command of the operator, on the machine itself
        return content in CONTENT
    kinds, contents = EXPORTERS.get(actor.role, (frozenset(), frozenset()))
    return actor.is_institution and selection.kind in kinds and content in contents


def export(
    selection: Selection,
    *,
    actor: Actor,
    reason: str,
    content: str = "case",
    against: Sequence[int] = (),
    now: datetime | None = None,
) -> Export:
    """Record that the trail is handed out, see to it that this event has its leaf and a signed
    checkpoint, and give what to write. Outside of any transaction.

    `content` is a key of CONTENT; `reason` says for whom and what for, and names nobody;
    `against` are sizes of checkpoints that the reader holds.

    Raises NotAllowed, NothingToExport, NotYetNumbered, and what the sequencer raises."""
    if not may(actor, selection, content):
        raise NotAllowed(f"{actor.role or actor.id}: {selection.kind}, {content}")
    reason = reason.strip()[:REASON_AT_MOST]
    _sequence()
    size = store.size()
    numbers = selection.numbers(size)
    now = now or timezone.now()
    with transaction.atomic():
        event = audit.record(
            f"export:{uuid7()}",
            "audit.exported",
            actor=actor,
            after={
                **selection.facts(),
                "content": content,
                "events": len(numbers),
                "size": size,
            },
            reason=reason,
            at=now,
        )
    own = _number_of(event)
    head = Checkpoint.objects.filter(size__gt=own).earliest("size")
    OutsideCopy.objects.get_or_create(
        checkpoint=head, way="export", reference=event.subject, defaults={"at": now}
    )
    return Export(event, selection, content, numbers, own, head.size, tuple(against), reason)


def _sequence() -> None:
    for _ in range(TURNS):
        if not sequencer.sequence():
            return


def _number_of(event: Event) -> int:
    for _ in range(TURNS):
        sequencer.sequence()
        if leaf := Leaf.objects.filter(event_id=event.pk).first():
            return leaf.number
    raise NotYetNumbered(event.subject)
