"""Ways to tamper with the stored trail, as somebody who owns the database and has read our code.

Each is a function of a Scene that changes rows past the triggers and says what it did. `forge`
is the strongest: it computes anew whatever can be computed, and signs with the stolen key.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.db.models import Max

from portal.audit import keys, store
from portal.audit.models import Chain, Checkpoint, Event, Leaf, Opening, Pending, Subtree
from portal.audit.note import TreeHead
from portal.audit.trail import canonical, commitment
from portal.audit.tree import Edge, leaf_hash


@dataclass
class Scene:
    random: Random
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.events = list(
            Event.objects.filter(leaf__isnull=False).order_by("leaf__number").select_related("leaf")
        )

    def one(self, events: list[Event] | None = None) -> Event:
        return self.random.choice(events or self.events)

    def told(self, event: Event, **changes) -> str:
        return canonical(json.loads(event.text) | changes)


def write(event: Event, text: str, *, rehash: bool) -> None:
    """Give an event another text, and the columns that copy it; its own hash if `rehash`."""
    told = json.loads(text)
    values = {
        "text": text,
        "subject": told["subject"],
        "sequence": told["sequence"],
        "type": told["type"],
        "actor": told["actor"],
        "at": datetime.fromisoformat(told["at"]),
        "previous_hash": told["previous"],
    }
    if rehash:
        values["hash"] = hashlib.sha256(text.encode()).hexdigest()
    Event.objects.filter(pk=event.pk).update(**values)


def rechain(subject: str) -> None:
    """Number and link a subject's events anew, from the first, and set its head."""
    previous, sequence = "", 0
    events = list(Event.objects.filter(subject=subject).order_by("sequence", "pk"))
    for place, event in enumerate(events, 1):  # out of each other's way
        Event.objects.filter(pk=event.pk).update(sequence=1_000_000 + place)
    for sequence, event in enumerate(events, 1):
        text = canonical(json.loads(event.text) | {"sequence": sequence, "previous": previous})
        write(event, text, rehash=True)
        previous = hashlib.sha256(text.encode()).hexdigest()
    if sequence:
        Chain.objects.filter(subject=subject).update(sequence=sequence, hash=previous)
    else:
        Chain.objects.filter(subject=subject).delete()


def forge() -> None:
    """Tree and checkpoints anew over what the events are now, signed with the installation's key:
    the same sizes as before as far as there are leaves, and the whole."""
    sizes = set(Checkpoint.objects.values_list("size", flat=True))
    order = list(Leaf.objects.order_by("number").values_list("event_id", flat=True))
    texts = dict(Event.objects.filter(pk__in=order).values_list("pk", "text"))
    for table in (Checkpoint, Subtree, Leaf):
        table.objects.all().delete()
    edge, leaves, subtrees, heads = Edge(), [], [], []
    for event_id in (pk for pk in order if pk in texts):
        edge, completed = edge.append(leaf_hash(texts[event_id].encode()))
        ((_, number), hash_), *above = completed
        leaves.append(Leaf(number=number, event_id=event_id, hash=hash_))
        subtrees += [Subtree(level=level, index=index, hash=h) for (level, index), h in above]
        if edge.size in sizes:
            heads.append((edge.size, edge.root))
    if edge.size not in sizes:
        heads.append((edge.size, edge.root))
    Leaf.objects.bulk_create(leaves)
    Subtree.objects.bulk_create(subtrees)
    signers = keys.signers()
    at = Event.objects.aggregate(at=Max("at"))["at"]
    Checkpoint.objects.bulk_create(
        Checkpoint(
            size=size,
            root=root.hex(),
            note=str(TreeHead(keys.origin(), size, root).sign(signers)),
            at=at,
            key_id=signers[0].verifier.id.hex(),
        )
        for size, root in heads
    )


# --- Single changes, in rows or with the hash made to fit ---------------------------------------
def edit_fact(scene: Scene) -> str:
    event = scene.one()
    write(event, scene.told(event, after={"stage": "closed"}), rehash=scene.random.random() < 0.5)
    return f"edited {event}"


def edit_reason(scene: Scene) -> str:
    event = scene.one()
    write(event, scene.told(event, reason="another"), rehash=True)
    return f"another reason for {event}"


def one_character(scene: Scene) -> str:
    event = scene.one()
    place = scene.random.randrange(len(event.text))
    sign = "x" if event.text[place] != "x" else "y"
    text = event.text[:place] + sign + event.text[place + 1 :]
    Event.objects.filter(pk=event.pk).update(text=text)
    return f"character {place} of {event}"


def change_actor(scene: Scene) -> str:
    event = scene.one()
    if scene.random.random() < 0.3:
        Event.objects.filter(pk=event.pk).update(actor="user:somebody-else")
        return f"actor's column of {event}"
    write(event, scene.told(event, actor="user:somebody-else"), rehash=True)
    return f"actor of {event}"


def move_time(scene: Scene) -> str:
    event = scene.one()
    moved = event.at - timedelta(microseconds=scene.random.choice([1, 3_600_000_000]))
    if scene.random.random() < 0.3:
        Event.objects.filter(pk=event.pk).update(at=moved)
        return f"time's column of {event}"
    text = scene.told(event, at=moved.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    write(event, text, rehash=True)
    return f"time of {event}"


def change_hash(scene: Scene) -> str:
    event = scene.one()
    column = scene.random.choice(["hash", "previous_hash"])
    Event.objects.filter(pk=event.pk).update(**{column: scene.random.randbytes(32).hex()})
    return f"{column} of {event}"


# --- Rows that come, go, change places ----------------------------------------------------------
def delete_event(scene: Scene) -> str:
    event = scene.one()
    _delete([event.pk])
    if scene.random.random() < 0.5:
        rechain(event.subject)
        return f"deleted {event}, chain mended"
    return f"deleted {event}"


def _delete(pks: list[int]) -> None:
    Opening.objects.filter(event_id__in=pks).delete()
    Leaf.objects.filter(event_id__in=pks).delete()
    Pending.objects.filter(event_id__in=pks).delete()
    Event.objects.filter(pk__in=pks).delete()


def swap_events(scene: Scene) -> str:
    """Two events of one subject change places, all that follows is made to fit."""
    subject = scene.random.choice(
        [e.subject for e in scene.events if e.sequence > 1] or [scene.events[0].subject]
    )
    own = [e for e in scene.events if e.subject == subject]
    one, two = scene.random.sample(own, 2)
    Event.objects.filter(pk=one.pk).update(sequence=2_000_000)
    Event.objects.filter(pk=two.pk).update(sequence=one.sequence)
    Event.objects.filter(pk=one.pk).update(sequence=two.sequence)
    rechain(subject)
    return f"swapped {one} and {two}"


def swap_leaves(scene: Scene) -> str:
    one, two = scene.random.sample(scene.events, 2)
    a, b = one.leaf.number, two.leaf.number
    Leaf.objects.filter(number__in=[a, b]).delete()
    Leaf.objects.create(number=a, event=two, hash=two.leaf.hash)
    Leaf.objects.create(number=b, event=one, hash=one.leaf.hash)
    return f"swapped leaves {a} and {b}"


def insert_event(scene: Scene) -> str:
    """One that never was, between two of a subject; chain mended; its leaf at the end, or none."""
    after = scene.one()
    told = json.loads(after.text) | {"type": "case.invented", "sequence": 3_000_000}
    text = canonical(told)
    event = Event(
        subject=after.subject,
        sequence=3_000_000,
        type="case.invented",
        actor=after.actor,
        at=after.at,
        text=text,
        previous_hash=after.hash,
        hash=hashlib.sha256(text.encode()).hexdigest(),
    )
    Event.objects.bulk_create([event])
    rechain(after.subject)
    event.refresh_from_db()
    Pending.objects.filter(event=event).delete()
    if scene.random.random() < 0.5:
        Leaf.objects.create(number=store.size(), event=event, hash=leaf_hash(event.text.encode()))
    return f"inserted into {after.subject}"


def truncate(scene: Scene) -> str:
    """The newest events go, heads and tree are made to fit."""
    last = scene.random.randint(1, min(5, len(scene.events) - 2))
    gone = scene.events[-last:]
    _delete([event.pk for event in gone])
    for subject in {event.subject for event in gone}:
        rechain(subject)
    if scene.random.random() < 0.5:
        forge()
        return f"{last} of the end cut off, all signed anew"
    return f"{last} of the end cut off"


def drop_subject(scene: Scene) -> str:
    """A case as if it never was; tree and checkpoints made to fit, signed with the stolen key."""
    subject = scene.one().subject
    _delete([event.pk for event in scene.events if event.subject == subject])
    rechain(subject)
    forge()
    return f"dropped {subject}"


def rewrite_all(scene: Scene) -> str:
    """One event is changed, and everything after it is made to fit, signatures too."""
    event = scene.one(scene.events[: scene.random.randint(1, len(scene.events))])
    write(event, scene.told(event, reason="rewritten"), rehash=True)
    rechain(event.subject)
    forge()
    return f"rewrote {event} and all after it"


# --- Contents, tree, checkpoints ----------------------------------------------------------------
def false_opening(scene: Scene) -> str:
    opening = scene.random.choice(list(Opening.objects.select_related("event")))
    change = scene.random.choice(["value", "salt", "field", "both"])
    if change == "field":
        Opening.objects.filter(pk=opening.pk).update(field="another")
    elif change == "salt":
        Opening.objects.filter(pk=opening.pk).update(salt=scene.random.randbytes(16).hex())
    elif change == "value":
        Opening.objects.filter(pk=opening.pk).update(value=opening.value + " ")
    else:  # and the commitment in the event to go with it
        Opening.objects.filter(pk=opening.pk).update(value="another")
        told = json.loads(opening.event.text)
        told["personal"][opening.field] = commitment(opening.salt, "another")
        write(opening.event, canonical(told), rehash=True)
    return f"{change} of {opening}"


def invented_opening(scene: Scene) -> str:
    event = scene.one()
    Opening.objects.create(event=event, field="invented", salt="0" * 32, value="x")
    return f"an opening that {event} does not speak of"


def change_tree(scene: Scene) -> str:
    kind = scene.random.choice(["leaf", "subtree", "no subtree", "no leaf"])
    wrong = scene.random.randbytes(32)
    if kind in {"leaf", "no leaf"}:
        leaves = Leaf.objects.filter(number=scene.one().leaf.number)
        leaves.update(hash=wrong) if kind == "leaf" else leaves.delete()
    else:
        level, index = scene.random.choice(list(Subtree.objects.values_list("level", "index")))
        subtrees = Subtree.objects.filter(level=level, index=index)
        subtrees.update(hash=wrong) if kind == "subtree" else subtrees.delete()
    return kind


def change_checkpoint(scene: Scene) -> str:
    checkpoint = scene.random.choice(list(Checkpoint.objects.all()))
    kind = scene.random.choice(["root", "note", "both", "gone"])
    head = TreeHead(keys.origin(), checkpoint.size, scene.random.randbytes(32))
    values = {"root": head.root.hex(), "note": str(head.sign(keys.signers()))}
    rows = Checkpoint.objects.filter(size=checkpoint.size)
    if kind == "gone":
        rows = Checkpoint.objects.filter(size=Checkpoint.objects.aggregate(n=Max("size"))["n"])
        rows.delete()
    else:
        rows.update(**{k: v for k, v in values.items() if kind in {k, "both"}})
    return f"checkpoint of {checkpoint.size}: {kind}"


def change_head(scene: Scene) -> str:
    subject = scene.one().subject
    chains = Chain.objects.filter(subject=subject)
    kind = scene.random.choice(["hash", "sequence", "gone"])
    if kind == "gone":
        chains.delete()
    elif kind == "hash":
        chains.update(hash=scene.random.randbytes(32).hex())
    else:
        chains.update(sequence=chains.get().sequence + scene.random.choice([-1, 1]))
    return f"head of {subject}: {kind}"


KINDS: tuple[Callable[[Scene], str], ...] = (
    edit_fact,
    edit_reason,
    one_character,
    change_actor,
    move_time,
    change_hash,
    delete_event,
    swap_events,
    swap_leaves,
    insert_event,
    truncate,
    drop_subject,
    rewrite_all,
    false_opening,
    invented_opening,
    change_tree,
    change_checkpoint,
    change_head,
)


def erase(scene: Scene) -> str:
    """What the law allows: values and salts go, and nothing else changes."""
    openings = list(Opening.objects.values_list("pk", flat=True))
    gone = scene.random.sample(openings, scene.random.randint(1, len(openings)))
    Opening.objects.filter(pk__in=gone).delete()
    return f"erased {len(gone)}"
