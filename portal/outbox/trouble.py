"""What of the outbox is late or was given up, and another try; never what it says nor to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from portal import audit
from portal.accounts.actor import Actor
from portal.outbox import delivery
from portal.outbox.models import Entry

SUBJECT = "system:outbox"
LATE = timedelta(minutes=5)
SHOWN = 100


@dataclass(frozen=True)
class Late:
    """Of one kind: how many wait past their time or were tried in vain; since when."""

    kind: str
    number: int
    since: datetime


def late(now: datetime | None = None) -> list[Late]:
    now = now or timezone.now()
    waiting = Entry.objects.filter(state=Entry.State.PENDING)
    waiting = waiting.filter(Q(due_at__lt=now - LATE) | Q(attempts__gt=0))
    rows = waiting.order_by().values("kind").annotate(n=Count("pk"), since=Min("created_at"))
    kinds = dict(Entry.Kind.choices)
    return [Late(str(kinds[row["kind"]]), row["n"], row["since"]) for row in rows.order_by("kind")]


def put_off(now: datetime | None = None) -> int:
    """Short messages that wait for the end of the quiet hours."""
    now = now or timezone.now()
    waiting = Entry.objects.filter(kind=Entry.Kind.SMS, state=Entry.State.PENDING)
    return waiting.filter(attempts=0, due_at__gt=now + LATE).count()


def given_up() -> QuerySet[Entry]:
    """The newest first."""
    return Entry.objects.filter(state=Entry.State.DEAD).order_by("-pk")


def may_go_again(entry: Entry) -> bool:
    """Whose address was forgotten cannot be written to again."""
    return entry.kind == Entry.Kind.NEWS or bool(entry.recipient)


@transaction.atomic
def try_again(entries: QuerySet[Entry], *, actor: Actor) -> int:
    """Those of `entries` that were given up are tried from the beginning; how many."""
    keys = list(entries.filter(state=Entry.State.DEAD).values_list("pk", flat=True)[:1000])
    number = delivery.revive(Entry.objects.filter(pk__in=keys))
    if number:
        after = {"number": number, "entries": keys[:20]}
        audit.record(SUBJECT, "outbox.retried", actor=actor, after=after)
    return number
