"""Who opened a case is part of its history.

At most one `case.read` per person, case and hour: leafing back and forth is one reading, a trail
drowned in them hides the steps that matter, and each event locks the case's chain. An hour is
fine enough to answer who saw a customer's words on which morning.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from disputes.models import Case
from portal import audit
from portal.accounts.actor import Actor
from portal.audit.models import Chain, Event

READ = "case.read"
ONCE_IN = timedelta(hours=1)


def note_reading(case: Case, actor: Actor) -> None:
    """Leave the event that `actor` opened `case`, unless one of this hour is there."""
    if _recent(case, actor):
        return
    with transaction.atomic():
        # Two tabs opened at once meet here; the second finds the first one's event.
        Chain.objects.select_for_update().filter(subject=case.subject).first()
        if not _recent(case, actor):
            audit.record(case.subject, READ, actor=actor)


def _recent(case: Case, actor: Actor) -> bool:
    return Event.objects.filter(
        subject=case.subject,
        type=READ,
        actor=actor.id,
        at__gt=timezone.now() - ONCE_IN,
    ).exists()
