"""Who searched by what: one event for a search, none for its further pages."""

from django.db import transaction

from portal import audit
from portal.accounts.actor import Actor
from receipts.finding.wanted import Wanted

SEARCHED = "payments.searched"


def note(wanted: Wanted, actor: Actor, found: int, *, is_more: bool) -> None:
    """The names of the fields and how many were found are facts; what stood in the fields is kept
    apart, under a commitment, and can be erased."""
    values = wanted.values
    if actor.user is None or not values.names:
        return
    with transaction.atomic():
        audit.record(
            f"account:{actor.user.public_id}",
            SEARCHED,
            actor=actor,
            after={"fields": values.names, "found": found, "more": is_more},
            personal={name: str(getattr(values, name)) for name in values.names},
        )
