"""A row that was put aside will not go in, and somebody says why."""

from django.db import transaction
from django.utils import timezone

from portal import audit
from portal.accounts.actor import Actor
from receipts.imports.retrying import Stale, check
from receipts.imports.values import without_long_numbers
from receipts.models import PutAside, RowTry

LONGEST = 200


class NoReason(ValueError):
    """Nobody drops a row without saying why."""


def drop(row: PutAside, words: str, *, seen: int, actor: Actor) -> PutAside:
    """`seen` is the row's `tries` when the person saw it. Raises NoReason, Stale,
    PermissionDenied."""
    check(actor)
    words = without_long_numbers(" ".join(words.split()))[:LONGEST]
    if len(words) < 2:
        raise NoReason
    with transaction.atomic():
        row = PutAside.objects.select_for_update().get(pk=row.pk)
        if row.tries != seen or row.state not in {PutAside.State.OPEN, PutAside.State.WAITING}:
            raise Stale(row)
        row.waiting_keys.all().delete()
        row.state, row.solved_at = PutAside.State.DROPPED, timezone.now()
        row.tries += 1
        row.save(update_fields=["state", "solved_at", "tries"])
        RowTry.objects.create(
            row=row,
            number=row.tries,
            by=actor.id,
            at=row.solved_at,
            result=PutAside.State.DROPPED,
            words=words,
        )
        audit.record(
            f"import:{row.import_file_id}",
            "row_dropped",
            actor=actor,
            after={"line": row.line, "reason": row.reason},
            reason=words,
        )
        return row
