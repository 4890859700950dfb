"""The tree as it lies in the database: read by level and index, grown at its right edge."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Max

from portal.audit.models import Leaf, Subtree
from portal.audit.tree import Edge, Node, leaf_hash


def read(nodes: Sequence[Node]) -> dict[Node, bytes]:
    """The stored ones of these complete subtrees: one query a level, a few dozen at most."""
    wanted: dict[int, list[int]] = defaultdict(list)
    for level, index in nodes:
        wanted[level].append(index)
    found = {}
    if leaves := wanted.pop(0, None):
        rows = Leaf.objects.filter(number__in=leaves).values_list("number", "hash")
        found = {Node(0, number): bytes(hash_) for number, hash_ in rows}
    if wanted:
        pairs = [(level, index) for level, indexes in wanted.items() for index in indexes]
        for level, index, hash_ in Subtree.objects.filter(pk__in=pairs).values_list(
            "level", "index", "hash"
        ):
            found[Node(level, index)] = bytes(hash_)
    return found


def size() -> int:
    """How many leaves there are."""
    last = Leaf.objects.aggregate(last=Max("number"))["last"]
    return 0 if last is None else last + 1


def append(events: Iterable[tuple[int, str]]) -> Edge:
    """One leaf more for each (event id, text), in this order; the new edge.

    The caller holds the sequencer's lock."""
    edge = Edge.of(size(), read)
    leaves, subtrees = [], []
    for event_id, text in events:
        edge, completed = edge.append(leaf_hash(text.encode()))
        ((_level, number), hash_), *above = completed
        leaves.append(Leaf(number=number, event_id=event_id, hash=hash_))
        subtrees += [Subtree(level=level, index=index, hash=h) for (level, index), h in above]
    Leaf.objects.bulk_create(leaves)
    Subtree.objects.bulk_create(subtrees)
    return edge
