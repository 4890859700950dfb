"""Erase or lock one thing: its app's rows, then everything about it on the ground floor.

In one transaction with the event that says what went, on what ground. The trail's events stay as
they are: only salt and value of what they committed to go.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.errors import NotAllowed
from portal.audit.models import Opening
from portal.erasure import keepers
from portal.erasure.keepers import Trace
from portal.erasure.models import BEATS_PERIOD, Ground, Item, LeftFile
from portal.gate.models import Code, Link, Pass
from portal.outbox import post
from portal.outbox.models import Entry
from portal.uploads.models import Upload
from portal.words import index


class StillBusy(NotAllowed):
    """An open case, somebody who still works here: it must be ended first."""


def erase(subject: str, ground: str, *, actor: Actor) -> Counter[str]:
    """Everything of a person that hangs on `subject`; what went. In a transaction.

    Raises StillBusy; NotAllowed where there is no such thing."""
    keeper, identifier = _checked(subject)
    trace = keeper.erase(identifier)
    removed = trace.removed
    openings = Opening.objects.filter(event__subject__in=[subject, *trace.subjects])
    removed["openings"] += openings.delete()[0]
    removed["files"] += _files(subject, trace)
    _loose_ends(trace, removed)
    _record(subject, "data.erased", ground, removed, actor)
    return removed


def lock(subject: str, until: datetime, ground: str, *, actor: Actor) -> Counter[str]:
    """Keep it, use it for nothing: it is shown nowhere, sent nowhere, found by nobody. What no law
    keeps (links, codes, addresses of what was sent, drafts) goes at once."""
    keeper, identifier = _checked(subject)
    trace = keeper.lock(identifier, until)
    leave(trace.files)
    _loose_ends(trace, trace.removed)
    _record(subject, "data.locked", ground, trace.removed, actor, until=until)
    return trace.removed


def _checked(subject: str) -> tuple[keepers.Keeper, str]:
    keeper, identifier = keepers.of(subject)
    found = keeper and keeper.standing(identifier)
    if not keeper or not found:
        raise NotAllowed(subject)
    if found.busy:
        raise StillBusy(subject)
    return keeper, identifier


def _record(
    subject: str, type_: str, ground: str, removed: Counter, actor: Actor, until=None
) -> None:
    facts: dict = {name: number for name, number in removed.items() if number}
    if until:
        facts["until"] = until.isoformat()
    audit.record(subject, type_, actor=actor, after=facts, reason=ground)


def _files(subject: str, trace: Trace) -> int:
    uploads = list(Upload.objects.filter(subject=subject))
    names = [*(str(upload.file.name) for upload in uploads), *trace.files]
    Upload.objects.filter(pk__in=[upload.pk for upload in uploads]).delete()
    leave(names)
    return len(names)


def leave(names: list[str]) -> None:
    """These stored files go once this transaction is through, at the latest by the sweep."""
    if names:
        now = timezone.now()
        left = [LeftFile(name=name, since=now) for name in names]
        LeftFile.objects.bulk_create(left, ignore_conflicts=True)
        post.hint("portal.erasure.tasks.remove_files")


def _loose_ends(trace: Trace, removed: Counter[str]) -> None:
    """Messages, links and codes, the search index."""
    about = Q(pk__in=[])
    for beginning in trace.outbox:
        about |= Q(effect_key__startswith=beginning)
    letters = Entry.objects.filter(about).exclude(kind=Entry.Kind.NEWS)
    removed["unsent"] += letters.filter(state=Entry.State.PENDING).update(
        state=Entry.State.DEAD, error="erased"
    )
    removed["letters"] += letters.exclude(recipient="", payload={}).update(recipient="", payload={})
    if trace.contact:
        sent = Entry.objects.filter(recipient=trace.contact).exclude(state=Entry.State.PENDING)
        removed["letters"] += sent.update(recipient="", payload={})
    for purpose, subject in trace.passes:
        for table in (Pass, Link, Code):
            found = table._default_manager.filter(purpose=purpose, subject=subject)
            removed["links"] += found.delete()[0]
    if trace.contact_hash:
        removed["links"] += Code.objects.filter(contact_hash=trace.contact_hash).delete()[0]
    for kind, refs in trace.words:
        index.forget(kind, refs)


@transaction.atomic
def finish(item: Item, *, actor: Actor) -> Item:
    """Do with an item's subject what is right now: lock it while the law keeps it, else erase."""
    now = timezone.now()
    found = keepers.standing(item.subject)
    kept = found.kept_until if found and item.ground not in BEATS_PERIOD else None
    if kept and kept > now:
        removed = lock(item.subject, kept, item.ground, actor=actor)
        item.state, item.until = Item.State.LOCKED, kept
    else:
        removed = erase(item.subject, item.ground, actor=actor)
        item.state = Item.State.ERASED
        Item.objects.filter(subject=item.subject, state=Item.State.LOCKED).exclude(
            pk=item.pk
        ).update(state=Item.State.ERASED, at=now)
    item.at, item.removed = now, {name: number for name, number in removed.items() if number}
    item.save()
    return item


def at_end_of_period(subject: str) -> None:
    """For a retention class whose things are erased one by one. In a transaction."""
    actor = Actor.system("retention")
    removed = erase(subject, Ground.PERIOD, actor=actor)
    Item.objects.filter(subject=subject, state=Item.State.LOCKED).update(
        state=Item.State.ERASED, at=timezone.now(), removed=dict(removed)
    )
