"""Our tree and checkpoints beside those of a public implementation of the same standards."""

import aics_tlog
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.actor import Actor
from portal.audit.note import SignerKey, TreeHead, VerifierKey, open_checkpoint
from portal.audit.trail import canonical
from portal.audit.tree import Edge, consistency_proof, grow, inclusion_proof, leaf_hash, root

ORIGIN = "audit.example.org/xiaopiao"


def texts(count: int) -> list[bytes]:
    """As events are written."""
    actor = Actor.system("test")
    return [
        canonical(
            {"subject": f"case:{n % 7}", "sequence": n, "actor": actor.id, "小票": "骉"}
        ).encode()
        for n in range(count)
    ]


def stored(leaves: list[bytes]):
    nodes: dict = {}
    for _, completed in grow(Edge(), map(leaf_hash, leaves)):
        nodes |= dict(completed)
    return lambda wanted: {node: nodes[node] for node in wanted}


@pytest.mark.parametrize("count", [1, 2, 3, 64, 255, 1_000])
def test_the_same_bytes_for_roots_and_proofs(count):
    leaves = texts(count)
    ours, theirs = stored(leaves), aics_tlog.MerkleTree(leaves)
    assert root(count, ours) == theirs.root()
    step = max(1, count // 50)
    for number in range(0, count, step):
        assert root(number + 1, ours) == theirs.root(number + 1)
        assert inclusion_proof(number, count, ours) == list(theirs.inclusion_proof(number))
        assert consistency_proof(number + 1, count, ours) == list(
            theirs.consistency_proof(number + 1, count)
        )


@given(st.binary(min_size=32, max_size=32), st.lists(st.binary(max_size=20), max_size=40))
def test_the_same_bytes_for_a_checkpoint(seed, leaves):
    private = Ed25519PrivateKey.from_private_bytes(seed)
    theirs = aics_tlog.MerkleTree(leaves)
    expected = aics_tlog.sign_checkpoint(
        aics_tlog.Checkpoint(ORIGIN, len(leaves), theirs.root()), private, ORIGIN
    ).to_bytes()
    key = SignerKey(ORIGIN, private)
    ours = TreeHead(ORIGIN, len(leaves), root(len(leaves), stored(leaves))).sign([key])
    assert str(ours).encode() == expected

    known = aics_tlog.vkey_from_ed25519(ORIGIN, private.public_key())
    assert str(key.verifier) == aics_tlog.format_vkey(known)
    assert VerifierKey.parse(aics_tlog.format_vkey(known)) == key.verifier
    assert open_checkpoint(expected, [key.verifier]).root == theirs.root()
    assert aics_tlog.verify_note(aics_tlog.parse_note(str(ours)), [known])


def test_their_verifier_takes_our_proofs():
    leaves = texts(77)
    read = stored(leaves)
    for number in range(77):
        proof = inclusion_proof(number, 77, read)
        assert aics_tlog.verify_leaf_inclusion(leaves[number], number, 77, proof, root(77, read))
        proof = consistency_proof(number + 1, 77, read)
        assert aics_tlog.verify_consistency(
            number + 1, 77, root(number + 1, read), root(77, read), proof
        )
