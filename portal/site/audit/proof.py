"""How the trail is proved: what has its place in the tree, what was signed last, what left the
house. This page only shows it; the checking is `manage.py verify_audit`'s and outsiders'."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from portal.audit.models import Checkpoint, Event, OutsideCopy, Pending

# A minute is the promise; beyond this the sequencer stands still, and somebody must look.
LATE_AFTER = timedelta(minutes=10)
COPY_OLD_AFTER = timedelta(days=1)
COUNTED = 1_000


@dataclass(frozen=True)
class Proof:
    checkpoint: Checkpoint | None
    copy: OutsideCopy | None
    waiting: int  # events without a place yet; COUNTED + 1 reads "more than"
    oldest: datetime | None

    @property
    def is_late(self) -> bool:
        return bool(self.oldest and timezone.now() - self.oldest > LATE_AFTER)

    @property
    def copy_is_old(self) -> bool:
        """There is news since, and nothing of it has left the house for a day."""
        if self.checkpoint is None:
            return False
        if self.copy is None:
            return True
        behind = self.copy.checkpoint.size < self.checkpoint.size
        return behind and timezone.now() - self.copy.at > COPY_OLD_AFTER


def now() -> Proof:
    oldest = Pending.objects.order_by("pk").values_list("pk", flat=True).first()
    return Proof(
        checkpoint=Checkpoint.objects.order_by("-size").first(),
        copy=OutsideCopy.objects.select_related("checkpoint").order_by("-at", "-pk").first(),
        waiting=Pending.objects.values("pk")[: COUNTED + 1].count(),
        oldest=Event.objects.filter(pk=oldest).values_list("at", flat=True).first()
        if oldest
        else None,
    )
