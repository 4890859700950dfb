"""The one that orders history: gives each new event its leaf, and signs what the tree is now.

One at a time, under a lock of the database; whoever comes second waits and finds the work done.
Leaves, subtrees and checkpoint are one transaction: killed in the middle, it has done nothing.
"""

import time

import structlog
from django.db import connection
from django.utils import timezone

from portal.audit import keys, memory, store
from portal.audit.models import Checkpoint, Event, Pending
from portal.audit.note import TreeHead
from portal.durable import durable
from portal.outbox import post

log = structlog.get_logger()

BATCH = 2_000  # events of one transaction: well under a second, others want to write too
LOCK = 0x61756469745F6C67  # "audit_lg", PostgreSQL's advisory lock
SECONDS = 45  # of one turn
HINT_EVERY = 10  # seconds
_hinted = float("-inf")


def soon() -> None:
    """After the commit, let a worker look; whoever was busy less than ten seconds ago leaves it to
    the worker's clock, so that a page seldom talks to the broker for this."""
    global _hinted
    if time.monotonic() - _hinted >= HINT_EVERY:
        _hinted = time.monotonic()
        post.hint("portal.audit.tasks.sequence")


def sequence() -> int:
    """Give a leaf to every event that is committed and has none, and sign the tree; how many.

    Ends after `SECONDS` with work left, which the next turn finds. Raises KeyUnusable,
    `memory.WentBack`: then nothing is numbered, and the events wait.
    """
    total, end = 0, time.monotonic() + SECONDS
    while done := _batch():
        total += done
        if done < BATCH or time.monotonic() > end:
            break
    return total


def _batch() -> int:
    # On the disk before `memory` and the world outside learn of it: else a power cut would look as
    # if somebody had put an older database in its place.
    with durable(outermost=True):
        _lock()
        # By id: within a subject it runs as the chain does (portal.audit.guards). What commits
        # later with a lower id is still in the queue at the next turn, and comes after.
        waiting = list(
            Pending.objects.order_by("event_id").values_list("event_id", flat=True)[:BATCH]
        )
        if not waiting:
            return 0
        texts = dict(Event.objects.filter(pk__in=waiting).values_list("pk", "text"))
        memory.compare()
        edge = store.append((pk, texts[pk]) for pk in waiting)
        Pending.objects.filter(pk__in=waiting).delete()
        checkpoint = _sign(edge)
    memory.keep(checkpoint)
    return len(waiting)


def _lock() -> None:
    """Until the end of this transaction. SQLite's BEGIN IMMEDIATE has it already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _sign(edge) -> Checkpoint:
    now, signers = timezone.now(), keys.signers()
    keys.remember(signers, now)
    return Checkpoint.objects.create(
        size=edge.size,
        root=edge.root.hex(),
        note=str(TreeHead(keys.origin(), edge.size, edge.root).sign(signers)),
        at=now,
        key_id=signers[0].verifier.id.hex(),
    )
