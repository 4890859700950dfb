"""The tree against the slowest reading of RFC 9162 section 2.1: its definitions, word by word."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.audit.tree import (
    EMPTY_ROOT,
    Edge,
    Node,
    NodeMissing,
    OutOfRange,
    ProofWrong,
    consistency_proof,
    grow,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)


# --- The reference: definitions of the standard, over the leaves themselves ---------------------
def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def half(count: int) -> int:
    k = 1
    while k * 2 < count:
        k *= 2
    return k


def mth(leaves: list[bytes]) -> bytes:
    """Section 2.1.1"""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0])
    k = half(len(leaves))
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:]))


def path(number: int, leaves: list[bytes]) -> list[bytes]:
    """Section 2.1.3.1"""
    if len(leaves) == 1:
        return []
    k = half(len(leaves))
    if number < k:
        return [*path(number, leaves[:k]), mth(leaves[k:])]
    return [*path(number - k, leaves[k:]), mth(leaves[:k])]


def subproof(old: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """Section 2.1.4.1"""
    if old == len(leaves):
        return [] if whole else [mth(leaves)]
    k = half(len(leaves))
    if old <= k:
        return [*subproof(old, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(old - k, leaves[k:], False), mth(leaves[:k])]


# --- The tree as the portal keeps it ------------------------------------------------------------
class Store:
    """Complete subtrees as a database would keep them; counts what is read."""

    def __init__(self, leaves: list[bytes]):
        self.nodes: dict[Node, bytes] = {}
        self.reads: list[int] = []
        self.edge = Edge()
        for edge, completed in grow(Edge(), map(leaf_hash, leaves)):
            assert not self.nodes.keys() & dict(completed).keys(), "a node is written once"
            self.nodes |= dict(completed)
            self.edge = edge

    def __call__(self, nodes):
        self.reads.append(len(nodes))
        return {node: self.nodes[node] for node in nodes if node in self.nodes}


def some_leaves(count: int) -> list[bytes]:
    return [b"leaf %d" % number for number in range(count)]


some_bytes = st.lists(st.binary(max_size=8), max_size=70)


@given(some_bytes)
def test_the_root_at_every_size(leaves):
    store = Store(leaves)
    for size in range(len(leaves) + 1):
        assert root(size, store) == mth(leaves[:size])
        assert Edge.of(size, store).root == mth(leaves[:size])
    assert store.edge == Edge.of(len(leaves), store)


def test_every_inclusion_proof_up_to_forty_leaves():
    leaves = some_leaves(40)
    store = Store(leaves)
    for size in range(1, 41):
        expected = mth(leaves[:size])
        for number in range(size):
            proof = inclusion_proof(number, size, store)
            assert proof == path(number, leaves[:size])
            verify_inclusion(leaf_hash(leaves[number]), number, size, proof, expected)


def test_every_consistency_proof_up_to_forty_leaves():
    leaves = some_leaves(40)
    store, roots = Store(leaves), [mth(leaves[:size]) for size in range(41)]
    for new in range(41):
        for old in range(new + 1):
            proof = consistency_proof(old, new, store)
            assert proof == (subproof(old, leaves[:new]) if old > 0 else [])
            verify_consistency(old, new, roots[old], roots[new], proof)


@given(st.data())
def test_no_other_inclusion_proof_holds(data):
    size = data.draw(st.integers(1, 200))
    number = data.draw(st.integers(0, size - 1))
    leaves = some_leaves(size)
    store = Store(leaves)
    good = {
        "leaf": leaf_hash(leaves[number]),
        "number": number,
        "size": size,
        "proof": inclusion_proof(number, size, store),
        "expected": store.edge.root,
    }
    verify_inclusion(**good)
    other = st.binary(min_size=32, max_size=32)
    proof = good["proof"]
    wrong = [
        {"leaf": data.draw(other)},
        {"expected": data.draw(other)},
        {"proof": [*proof, data.draw(other)]},
        {"number": size},
        {"number": -1},
    ]
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        wrong += [
            {"proof": proof[:-1]},
            {"proof": [*proof[:at], data.draw(other), *proof[at + 1 :]]},
            {"number": (number + 1) % size},
        ]
    for change in wrong:
        with pytest.raises(ProofWrong):
            verify_inclusion(**good | change)


@given(st.data())
def test_no_other_consistency_proof_holds(data):
    new = data.draw(st.integers(1, 200))
    old = data.draw(st.integers(1, new))
    store = Store(some_leaves(new))
    good = {
        "old": old,
        "new": new,
        "old_root": root(old, store),
        "new_root": root(new, store),
        "proof": consistency_proof(old, new, store),
    }
    verify_consistency(**good)
    other = st.binary(min_size=32, max_size=32)
    proof = good["proof"]
    wrong = [
        {"old_root": data.draw(other)},
        {"new_root": data.draw(other)},
        {"proof": [*proof, data.draw(other)]},
        {"old": new + 1},
    ]
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        wrong += [
            {"proof": proof[:-1]},
            {"proof": []},
            {"proof": [*proof[:at], data.draw(other), *proof[at + 1 :]]},
        ]
    for change in wrong:
        with pytest.raises(ProofWrong):
            verify_consistency(**good | change)


def test_a_history_that_was_changed_is_not_consistent():
    leaves = some_leaves(50)
    old = root(20, Store(leaves))
    leaves[7] = b"another"
    store = Store(leaves)
    with pytest.raises(ProofWrong):
        verify_consistency(20, 50, old, store.edge.root, consistency_proof(20, 50, store))


def test_an_empty_tree_has_its_one_root():
    assert Edge().root == EMPTY_ROOT
    verify_consistency(0, 5, EMPTY_ROOT, mth(some_leaves(5)), [])
    with pytest.raises(ProofWrong):
        verify_consistency(0, 5, bytes(32), mth(some_leaves(5)), [])


def test_a_proof_takes_one_read_of_few_nodes():
    size = 3_000
    store = Store(some_leaves(size))
    for number in (0, 1, 1_500, 2_047, 2_048, size - 1):
        inclusion_proof(number, size, store)
        consistency_proof(number + 1, size, store)
    bound = 2 * size.bit_length()
    assert len(store.reads) == 11, "one read a proof; none between equals"
    assert max(store.reads) <= bound


def test_what_is_not_there_is_said():
    store = Store(some_leaves(5))
    del store.nodes[Node(2, 0)]
    with pytest.raises(NodeMissing, match="level 2, position 0"):
        root(5, store)
    with pytest.raises(OutOfRange):
        inclusion_proof(5, 5, store)
    with pytest.raises(OutOfRange):
        consistency_proof(6, 5, store)
