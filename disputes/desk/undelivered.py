"""A message to the customer that was given up: whoever works on the case reads it there, since the
customer, whom it did not reach, cannot say so."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Concat

from disputes.models import Case
from disputes.models.case import ContactKind, WrittenOut
from portal.outbox import words
from portal.outbox.models import Entry

# The index of what was given up is used only where its condition stands in the statement itself.
GIVEN_UP = WrittenOut(F("state"), (Entry.State.DEAD,))


class Undelivered(NamedTuple):
    by_mail: bool
    why: str
    entry: Entry


def exists() -> Exists:
    """Whether there is one, asked with the case itself: hardly ever. Read off the index of what
    was given up."""
    return Exists(_given_up(Concat(Value("case-"), OuterRef("number"), Value("-"))))


def of(case: Case) -> Undelivered | None:
    """The newest, of a case that was read with `exists`."""
    if not getattr(case, "has_undelivered", False):
        return None
    entry = _given_up(f"case-{case.number}-").order_by("-pk").first()
    if entry is None:
        return None
    return Undelivered(case.contact_kind == ContactKind.EMAIL, words.went_wrong(entry), entry)


def _given_up(key) -> QuerySet[Entry]:
    return Entry.objects.filter(
        GIVEN_UP, effect_key__startswith=key, effect_key__endswith="-customer"
    )
