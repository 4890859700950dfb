"""What this machine signed last, kept beside the key and apart from the database.

A tree that no longer begins with it is another one: yesterday's backup restored over today's log,
rows taken away, rows rewritten. The key does not sign that, since an outsider who holds the
earlier checkpoint would have to call it a fork.

A log is told by its first leaf: a database that was begun anew is another log, not this one gone
back.
"""

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from portal.audit import keys, store
from portal.audit.models import Checkpoint
from portal.audit.tree import Node, NodeMissing, root


class WentBack(Exception):
    """The tree in the database does not begin with the one that was signed last."""


@dataclass(frozen=True)
class Memory:
    origin: str
    first_leaf: str  # hex
    size: int
    root: str  # hex


def recall() -> Memory | None:
    try:
        return Memory(**json.loads(Path(settings.AUDIT_MEMORY).read_text()))
    except FileNotFoundError:
        return None


def compare() -> None:
    """Raises WentBack. The caller holds the sequencer's lock."""
    known = recall()
    if known is None or known.origin != keys.origin() or known.first_leaf != _first_leaf():
        return
    size = store.size()
    try:
        fits = size >= known.size and root(known.size, store.read).hex() == known.root
    except NodeMissing:
        fits = False
    if not fits:
        raise WentBack(
            f"signed last: {known.size} leaves, {known.root}; the database has {size} leaves"
            + ("" if size < known.size else " and they begin otherwise")
        )


def keep(checkpoint: Checkpoint) -> None:
    """After the commit. Killed before it, this knows an earlier tree, which is a beginning too."""
    now = Memory(keys.origin(), _first_leaf(), checkpoint.size, checkpoint.root)
    path = Path(settings.AUDIT_MEMORY)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        json.dump(asdict(now), file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(file.name, path)


def _first_leaf() -> str:
    return store.read([Node(0, 0)]).get(Node(0, 0), b"").hex()
