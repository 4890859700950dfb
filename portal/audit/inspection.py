"""Check the whole trail as it lies in the database: chains, tree, checkpoints, copies, contents.

The same promises as verify.py keeps for outsiders, for those who have the rows: nothing here
trusts a column that it can compute. Streams by leaf; memory stays flat.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, F, Max, OuterRef, Q, Subquery

from portal.audit import keys, memory, reading_seals, store
from portal.audit.models import Chain, Checkpoint, Event, Leaf, Opening, Pending, Subtree
from portal.audit.note import NoteError, TreeHead, open_checkpoint
from portal.audit.trail import canonical, commitment, utc_text
from portal.audit.tree import Edge, Node, leaf_hash

CHUNK = 1_000  # events of one query


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong where. `number` is the leaf's, or None before there is one."""

    what: str  # a code: `hash`, `chain`, `leaf`, …; see docs/audit-verifying.md
    detail: str
    number: int | None = None
    subject: str = ""
    sequence: int | None = None

    def __str__(self) -> str:
        where = f"event {self.number}" if self.number is not None else "event without a leaf"
        if self.subject:
            return f"{where} ({self.subject}, step {self.sequence}): {self.what}: {self.detail}"
        return f"{self.what}: {self.detail}"


@dataclass(slots=True)
class Inspection:
    """What was looked at. `faults` begins with the first wrong event of the log."""

    size: int = 0
    root: str = ""
    events: int = 0
    openings: int = 0
    checkpoints: int = 0
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Row:
    """An event with its neighbours, as one query gives them."""

    pk: int
    number: int | None
    leaf: bytes | None
    subject: str
    sequence: int
    type: str
    actor: str
    at: object
    text: str
    previous_hash: str
    hash: str
    before: str | None  # the hash of the step before, as it is stored

    def fault(self, what: str, detail: str) -> Fault:
        return Fault(what, detail, self.number, self.subject, self.sequence)


def inspect(
    *,
    since: tuple[int, str] = (0, ""),
    copies: Sequence[TreeHead] = (),
    most: int = 20,
    progress: Callable[[int, int], None] = lambda done, whole: None,
) -> Inspection:
    """Everything, or what came after the first `since[0]` leaves, whose root was `since[1]` (hex).

    `copies` are checkpoints that came back from outside. Ends after `most` faults."""
    seen = Inspection()
    for fault in _faults(seen, since, copies, progress):
        seen.faults.append(fault)
        if len(seen.faults) >= most:
            break
    return seen


def _faults(seen: Inspection, since, copies, progress) -> Iterator[Fault]:
    start, known_root = since
    whole = store.size()
    edge = Edge()
    if start:
        edge = Edge.of(start, store.read)
        if start > whole or edge.root.hex() != known_root:
            yield Fault("went_back", f"the first {start} leaves are not those checked last time")
            start, edge = 0, Edge()
    points = _Points(copies)
    yield from points.faults()
    for rows in _numbered(start):
        for row in rows:
            if row.number != edge.size:
                yield row.fault("number", f"leaf {edge.size} is missing")
                return
            yield from _of_event(row)
            if row.leaf is None or bytes(row.leaf) != leaf_hash(row.text.encode()):
                yield row.fault("leaf", "its leaf is not the hash of its text")
            edge, completed = edge.append(leaf_hash(row.text.encode()))
            points.pass_by(row, completed, edge)
            seen.events += 1
        yield from points.compare(seen)
        yield from _of_openings(rows, seen)
        progress(edge.size, whole)
    seen.size, seen.root = edge.size, edge.root.hex()
    yield from points.left(edge.size)
    yield from _of_pending(seen)
    yield from _of_heads()
    yield from _of_leavings(edge.size)
    yield from _of_memory(edge.size)
    if not start:
        for span, why in reading_seals.broken():
            yield Fault("readings", f"those of {span}: {why}")


# --- Events -------------------------------------------------------------------------------------
def _rows(events) -> list[_Row]:
    before = Event.objects.filter(subject=OuterRef("subject"), sequence=OuterRef("sequence") - 1)
    values = events.values_list(
        "pk", "leaf__number", "leaf__hash", "subject", "sequence", "type", "actor", "at", "text",
        "previous_hash", "hash", Subquery(before.values("hash")[:1]),
    )  # fmt: skip
    return [_Row(*value) for value in values]


def _numbered(start: int) -> Iterator[list[_Row]]:
    last = start - 1
    while True:
        events = Event.objects.filter(leaf__number__gt=last).order_by("leaf__number")[:CHUNK]
        rows = _rows(events)
        if not rows:
            return
        yield rows
        last = rows[-1].number or 0


def _of_event(row: _Row) -> Iterator[Fault]:
    if hashlib.sha256(row.text.encode()).hexdigest() != row.hash:
        yield row.fault("hash", "its hash is not that of its text")
    try:
        told = json.loads(row.text)
        form = canonical(told)
        columns = {
            "subject": row.subject,
            "sequence": row.sequence,
            "type": row.type,
            "actor": row.actor,
            "at": utc_text(row.at),  # type: ignore[arg-type]
            "previous": row.previous_hash,
        }
        wrong = [name for name, value in columns.items() if told[name] != value]
        told["personal"].items()
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        yield row.fault("text", "its text cannot be read")
        return
    if form != row.text:
        yield row.fault("text", "its text is not in its one form")
    if wrong:
        yield row.fault("columns", f"its text says otherwise: {', '.join(wrong)}")
    if row.sequence > 1 and row.before is None:
        yield row.fault("chain", "the step before is missing")
    elif row.previous_hash != (row.before or ""):
        yield row.fault("chain", "it does not follow the step before")


def _of_openings(rows: list[_Row], seen: Inspection) -> Iterator[Fault]:
    by_event = {row.pk: row for row in rows}
    openings = Opening.objects.filter(event__in=by_event).order_by("event_id", "field")
    for event_id, name, salt, value in openings.values_list("event_id", "field", "salt", "value"):
        seen.openings += 1
        row = by_event[event_id]
        try:
            committed = json.loads(row.text)["personal"].get(name)
            fits = committed == commitment(salt, value)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            fits = False
        if not fits:
            yield row.fault("content", f"the content of {name} is not what was recorded")


def _of_pending(seen: Inspection) -> Iterator[Fault]:
    """Events that wait for their leaf, and those that neither have one nor wait."""
    last = 0
    while True:
        events = Event.objects.filter(leaf=None, pk__gt=last).order_by("pk")[:CHUNK]
        rows = _rows(events)
        if not rows:
            break
        waiting = set(
            Pending.objects.filter(event_id__in=[row.pk for row in rows]).values_list(
                "event_id", flat=True
            )
        )
        for row in rows:
            if row.pk not in waiting and not Leaf.objects.filter(event_id=row.pk).exists():
                yield row.fault("number", "it has no leaf and does not wait for one")
            yield from _of_event(row)
            seen.events += 1
        yield from _of_openings(rows, seen)
        last = rows[-1].pk
    for gone in Pending.objects.filter(~Exists(Event.objects.filter(pk=OuterRef("event_id"))))[:1]:
        yield Fault("number", f"an event that waited for its leaf is gone (row {gone.pk})")


def _of_heads() -> Iterator[Fault]:
    """Each chain ends where its head says."""
    last = Event.objects.filter(subject=OuterRef("subject"), sequence=OuterRef("sequence"))
    beyond = Event.objects.filter(subject=OuterRef("subject"), sequence__gt=OuterRef("sequence"))
    heads = Chain.objects.annotate(found=Subquery(last.values("hash")[:1]))
    wrong = heads.filter(Q(found=None) | ~Q(found=F("hash")) | Exists(beyond)).order_by("subject")
    for head in wrong.exclude(sequence=0)[:CHUNK]:
        yield Fault(
            "chain", f"its chain does not end at step {head.sequence}", None, head.subject,
            head.sequence,
        )  # fmt: skip
    headless = Event.objects.filter(
        ~Exists(Chain.objects.filter(subject=OuterRef("subject"))), sequence=1
    )
    for event in headless[:CHUNK]:
        yield Fault("chain", "its chain has no head", None, event.subject, event.sequence)


# --- Tree and checkpoints -----------------------------------------------------------------------
class _Points:
    """Where the root is known: checkpoints of ours and copies from outside. And stored subtrees."""

    def __init__(self, copies: Iterable[TreeHead]):
        self.copies: dict[int, list[TreeHead]] = {}
        for copy in copies:
            self.copies.setdefault(copy.size, []).append(copy)
        self.verifiers = keys.verifiers()
        self.completed: list[tuple[Node, bytes, _Row]] = []
        self.roots: dict[int, tuple[bytes, _Row]] = {}
        self.first: _Row | None = None

    def faults(self) -> Iterator[Fault]:
        for copies in self.copies.values():
            for copy in copies:
                if copy.origin != keys.origin():
                    yield Fault("copy", f"the copy is of another log: {copy.origin}")

    def pass_by(self, row: _Row, completed: list[tuple[Node, bytes]], edge: Edge) -> None:
        self.first = self.first or row
        self.completed += [(node, hash_, row) for node, hash_ in completed if node.level]
        self.roots[edge.size] = edge.root, row

    def compare(self, seen: Inspection) -> Iterator[Fault]:
        """After each chunk."""
        stored: dict[Node, bytes] = {}
        for start in range(0, len(self.completed), CHUNK):
            stored |= store.read([node for node, *_ in self.completed[start : start + CHUNK]])
        for node, hash_, row in self.completed:
            if stored.get(node) != hash_:
                yield row.fault("subtree", f"the tree above it is not its own (level {node.level})")
        ours = Checkpoint.objects.filter(
            size__gte=min(self.roots), size__lte=max(self.roots)
        ).order_by("size")
        for checkpoint in ours:
            seen.checkpoints += 1
            yield from self._of_checkpoint(checkpoint)
        for size in sorted(self.copies.keys() & self.roots.keys()):
            for copy in self.copies.pop(size):
                root, row = self.roots[size]
                if copy.root != root:
                    yield (self.first or row).fault(
                        "copy", f"the copy of {size} leaves does not agree, from here on"
                    )
        self.completed, self.roots, self.first = [], {}, None

    def _of_checkpoint(self, checkpoint: Checkpoint) -> Iterator[Fault]:
        root, row = self.roots[checkpoint.size]
        try:
            head = open_checkpoint(checkpoint.note, self.verifiers, origin=keys.origin())
        except NoteError as error:
            yield row.fault("checkpoint", f"{type(error).__name__}: {error}")
            return
        if (head.size, head.root.hex()) != (checkpoint.size, checkpoint.root):
            yield row.fault("checkpoint", "its note says otherwise than its columns")
        if head.root != root:
            yield (self.first or row).fault(
                "checkpoint", f"that of {checkpoint.size} leaves does not agree, from here on"
            )

    def left(self, size: int) -> Iterator[Fault]:
        for copies in self.copies.values():
            for copy in copies:
                if copy.size > size:
                    yield Fault("copy", f"it knew {copy.size} leaves, here are {size}")


def _of_leavings(size: int) -> Iterator[Fault]:
    """What tells of a tree that was larger."""
    largest = Checkpoint.objects.aggregate(size=Max("size"))["size"] or 0
    if largest > size:
        yield Fault("checkpoint", f"one was signed of {largest} leaves, here are {size}")
    elif largest < size:
        yield Fault("checkpoint", f"the last is of {largest} leaves, here are {size}")
    for level, index in (
        Subtree.objects.filter(index__gte=0)
        .values_list("level", "index")
        .order_by("-level", "-index")[:1]
    ):
        if (index + 1) << level > size:
            yield Fault("subtree", f"one covers {(index + 1) << level} leaves, here are {size}")
    gone = Leaf.objects.filter(~Exists(Event.objects.filter(pk=OuterRef("event_id"))))
    for leaf in gone.order_by("number")[:1]:
        yield Fault("number", f"the event of leaf {leaf.number} is gone", leaf.number)


def _of_memory(size: int) -> Iterator[Fault]:
    try:
        memory.compare()
    except memory.WentBack as error:
        yield Fault("went_back", str(error))
