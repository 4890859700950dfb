"""A floor under the time of an answer: how long it took to find says nothing.

A question is put down and its asker sent to a page that waits; a clerk of this process finds the
answer meanwhile; when the time is up the browser comes back for what lies ready. So what the asker
can measure is the same work whatever the answer, and no thread sleeps. The clerk lives in memory,
the question in a row: who comes back and finds a question that was left (its process ended) has it
answered on the spot. Why so: docs/decisions/look-up-time.md.
"""

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

import structlog
from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.db.models import Q
from django.utils import timezone

from portal.accounts import sealing
from portal.gate import passes
from portal.gate.models import HeldAnswer

log = structlog.get_logger(__name__)

LASTS = timedelta(minutes=30)  # so long an answer may be asked for again
PATIENCE = timedelta(seconds=3)  # beyond the floor: then nobody else seems to be at it
LEFT = timedelta(seconds=30)  # begun so long ago and not answered: whoever began has ended

# What was asked → the subject that may be shown, or nothing.
Answering = Callable[[dict], str]

# In words of its own: building the statement anew took longer than drawing a third of the page.
_MINE = "SELECT * FROM gate_heldanswer WHERE id = %s AND browser_hash = %s AND asked_at > %s"


def ask(request, question: dict, answering: Answering) -> UUID:
    """Put a question down and let the clerk answer it; its id is good in this browser only."""
    now = timezone.now()
    held = HeldAnswer.objects.create(
        browser_hash=passes.ensure_browser(request),
        question=sealing.seal(json.dumps(question)),
        asked_at=now,
        ready_at=now + timedelta(seconds=settings.LOOKUP_FLOOR),
    )
    transaction.on_commit(lambda: _clerk(os.getpid()).submit(_by_the_clerk, held.pk, answering))
    return held.pk


def find(request, id: UUID, answering: Answering) -> HeldAnswer | None:
    """What this browser asked; None when it did not, or too long ago."""
    now = timezone.now()
    mine = [
        HeldAnswer._meta.pk.get_db_prep_value(id, connection),
        passes.browser_hash(request),
        connection.ops.adapt_datetimefield_value(now - LASTS),
    ]
    held = next(iter(HeldAnswer.objects.raw(_MINE, mine)), None)
    if held and held.answered_at is None and now >= held.ready_at + PATIENCE:
        _answer(id, answering)
        held.refresh_from_db()
    return held


def is_ready(held: HeldAnswer) -> bool:
    return held.answered_at is not None and timezone.now() >= held.ready_at


def asked(held: HeldAnswer) -> dict:
    """The question, as it was put down."""
    return json.loads(sealing.unseal(held.question))


def forget(now: datetime) -> None:
    HeldAnswer.objects.filter(asked_at__lt=now - LASTS).delete()


def _answer(id: UUID, answering: Answering) -> None:
    """Of two that come for one question, one answers it."""
    now = timezone.now()
    free = Q(begun_at=None) | Q(begun_at__lt=now - LEFT)
    if not HeldAnswer.objects.filter(free, pk=id, answered_at=None).update(begun_at=now):
        return
    held = HeldAnswer.objects.get(pk=id)
    held.subject = answering(asked(held))
    held.answered_at = timezone.now()
    held.save(update_fields=["subject", "answered_at"])


def _by_the_clerk(id: UUID, answering: Answering) -> None:
    close_old_connections()
    try:
        _answer(id, answering)
    except Exception:  # the row stays as it is, and whoever asked is answered later
        log.exception("question_not_answered")
    finally:
        close_old_connections()


@cache
def _clerk(process: int) -> ThreadPoolExecutor:
    """One for each process: a server that forks does so after this module was read."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="clerk")
