"""The Merkle tree over all events: RFC 9162 section 2.1 (as RFC 6962), SHA-256.

Only *complete* subtrees are ever stored: node (level, position) covers the leaves from
`position * 2**level` on, `2**level` of them, and never changes once it is there. Everything else
(the root, proofs) is folded from O(log n) of those, asked for in one go from a reader:

    read([Node(3, 0), Node(0, 8)]) -> {Node(3, 0): b"…", Node(0, 8): b"…"}

Pure functions: no database, no clock, no randomness. Leaf numbers begin at 0.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

EMPTY_ROOT = hashlib.sha256(b"").digest()


class Node(NamedTuple):
    """A complete subtree: leaves `position * 2**level` up to `(position + 1) * 2**level`."""

    level: int
    position: int


type Reader = Callable[[Sequence[Node]], Mapping[Node, bytes]]


class TreeError(Exception):
    """What the tree has to say against its input."""


class OutOfRange(TreeError):
    """A leaf number or a size that this tree does not reach."""


class NodeMissing(TreeError):
    """A stored subtree that ought to be there is not."""


class ProofWrong(TreeError):
    """A proof does not lead to the root that it was given for."""


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


# --- Shapes: which complete subtrees make up a range of leaves ----------------------------------
def cover(start: int, end: int) -> list[Node]:
    """The fewest complete subtrees that make up leaves `start` to `end` (exclusive), left to right.
    From where an RFC 9162 subtree begins they shrink, so that `fold` gives its root."""
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)  # where it may begin
        nodes.append(Node(level, start >> level))
        start += 1 << level
    return nodes


def _split(size: int) -> int:
    """The largest power of two smaller than `size` (> 1): where RFC 9162 parts a tree."""
    return 1 << ((size - 1).bit_length() - 1)


def _inclusion_ranges(number: int, start: int, end: int) -> list[tuple[int, int]]:
    """RFC 9162 section 2.1.3.1, PATH: the siblings on the way up, the lowest first."""
    ranges = []
    while end - start > 1:
        middle = start + _split(end - start)
        if number < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def _consistency_ranges(old: int, new: int) -> list[tuple[int, int]]:
    """RFC 9162 section 2.1.4.1, SUBPROOF, for 0 < old < new."""
    ranges = []
    start, end, old_tree_is_whole = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, old_tree_is_whole = middle, False
    if not old_tree_is_whole:
        ranges.append((start, end))
    return ranges[::-1]


# --- Reading: roots and proofs from stored subtrees ---------------------------------------------
def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over neighbouring complete subtrees, the largest at the left."""
    if not hashes:
        return EMPTY_ROOT
    *others, result = hashes
    for left in reversed(others):
        result = node_hash(left, result)
    return result


def _found(nodes: Sequence[Node], read: Reader) -> Mapping[Node, bytes]:
    found = read(nodes) if nodes else {}
    for node in nodes:
        if node not in found:
            raise NodeMissing(f"level {node.level}, position {node.position}")
    return found


def _hashes_of(ranges: Iterable[tuple[int, int]], read: Reader) -> list[bytes]:
    covers = [cover(start, end) for start, end in ranges]
    found = _found([node for nodes in covers for node in nodes], read)
    return [fold([found[node] for node in nodes]) for nodes in covers]


def root(size: int, read: Reader) -> bytes:
    """The root over the first `size` leaves. Raises NodeMissing."""
    return _hashes_of([(0, size)], read)[0]


def inclusion_proof(number: int, size: int, read: Reader) -> list[bytes]:
    """That leaf `number` is one of the first `size`. Raises OutOfRange, NodeMissing."""
    if not 0 <= number < size:
        raise OutOfRange(f"leaf {number} of a tree of {size}")
    return _hashes_of(_inclusion_ranges(number, 0, size), read)


def consistency_proof(old: int, new: int, read: Reader) -> list[bytes]:
    """That the tree of `new` leaves begins with that of `old`. Raises OutOfRange, NodeMissing.

    Nothing needs proving for an empty tree or between equals: the proof is empty."""
    if not 0 <= old <= new:
        raise OutOfRange(f"from {old} to {new} leaves")
    return _hashes_of(_consistency_ranges(old, new), read) if 0 < old < new else []


# --- Growing ------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Edge:
    """The right edge of a tree: all that is needed to append to it and to know its root."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()  # of cover(0, size)

    @classmethod
    def of(cls, size: int, read: Reader) -> "Edge":
        """The edge of a stored tree. Raises NodeMissing."""
        nodes = cover(0, size)
        found = _found(nodes, read)
        return cls(size, tuple(found[node] for node in nodes))

    @property
    def root(self) -> bytes:
        return fold(self.hashes)

    def append(self, leaf: bytes) -> tuple["Edge", list[tuple[Node, bytes]]]:
        """The edge after one more leaf hash, and the subtrees that this completed, the leaf's own
        first: what a store has to add."""
        node, result = Node(0, self.size), leaf
        hashes, completed = list(self.hashes), [(node, leaf)]
        while node.position % 2:
            node, result = Node(node.level + 1, node.position >> 1), node_hash(hashes.pop(), result)
            completed.append((node, result))
        return Edge(self.size + 1, (*hashes, result)), completed


def grow(edge: Edge, leaves: Iterable[bytes]) -> Iterator[tuple[Edge, list[tuple[Node, bytes]]]]:
    """`Edge.append` for one leaf hash after the other."""
    for leaf in leaves:
        edge, completed = edge.append(leaf)
        yield edge, completed


# --- Checking: what a holder of roots does with a proof -----------------------------------------
def root_of_inclusion(leaf: bytes, number: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that a proof leads to (RFC 9162 section 2.1.3.2). Raises ProofWrong when it has
    the wrong length for that place."""
    if not 0 <= number < size:
        raise ProofWrong(f"leaf {number} of a tree of {size}")
    place, last, result = number, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofWrong("the proof is too long")
        if place % 2 or place == last:
            result = node_hash(sibling, result)
            while not place % 2 and place:
                place, last = place >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofWrong("the proof is too short")
    return result


def verify_inclusion(
    leaf: bytes, number: int, size: int, proof: Sequence[bytes], expected: bytes
) -> None:
    """Raises ProofWrong unless `proof` shows `leaf` as leaf `number` under root `expected`."""
    if root_of_inclusion(leaf, number, size, proof) != expected:
        raise ProofWrong(f"leaf {number} is not in the tree of {size}")


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raises ProofWrong unless `proof` shows that the old tree is how the new one begins
    (RFC 9162 section 2.1.4.2)."""
    if not 0 <= old <= new:
        raise ProofWrong(f"from {old} to {new} leaves")
    if old in (0, new):
        if proof:
            raise ProofWrong("the proof is too long")
        if old_root != (new_root if old else EMPTY_ROOT):
            raise ProofWrong(f"two roots for a tree of {old}")
        return
    # A whole power of two is its own first node, and is left out of the proof.
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        raise ProofWrong("the proof is too short")
    place, last = old - 1, new - 1
    while place % 2:
        place, last = place >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofWrong("the proof is too long")
        if place % 2 or place == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not place % 2 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofWrong("the proof is too short")
    if (first, second) != (old_root, new_root):
        raise ProofWrong(f"the tree of {new} does not begin with that of {old}")
