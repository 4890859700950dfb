"""The one door through which history is written."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone

from portal.accounts.actor import Actor
from portal.audit.models import Chain, Event, Opening

Fact = int | str | bool | None | list | dict


class NotInTransaction(RuntimeError):
    """An event must share the transaction of the change it tells of."""


def canonical(value: Mapping) -> str:
    """JSON text with sorted keys and no spaces; floats have no place in it."""

    def refuse(thing):
        raise TypeError(f"not a fact an event can hold: {thing!r}")

    _no_floats(value)
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=refuse
    )


def _no_floats(value) -> None:
    if isinstance(value, float):
        raise TypeError("an event holds integers and strings; money is in fen, time is text")
    if isinstance(value, Mapping):
        for item in value.values():
            _no_floats(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _no_floats(item)


def utc_text(moment: datetime) -> str:
    """UTC with microseconds: 2026-11-23T06:05:00.000000Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def commitment(salt: str, value: str) -> str:
    return hashlib.sha256(f"{salt}:{value}".encode()).hexdigest()


def record(
    subject: str,
    type: str,
    *,
    actor: Actor,
    before: Mapping[str, Fact] | None = None,
    after: Mapping[str, Fact] | None = None,
    personal: Mapping[str, str] | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> Event:
    """Append one event to `subject`'s chain, in the transaction of the change itself.

    `subject` is `kind:identifier`; `before` and `after` hold facts (integers, strings, booleans);
    `personal` holds values that must be erasable: the event keeps salted SHA-256 commitments,
    the values lie apart. `reason` is the actor's own words or a code and must hold nothing
    personal. `at` defaults to now.

    Raises NotInTransaction outside `atomic`, TypeError for a value that is no fact.
    """
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction(f"{type} of {subject}")
    at = at or timezone.now()
    salts = {field: secrets.token_hex(16) for field in personal or {}}
    head = _locked_head(subject)
    text = canonical(
        {
            "subject": subject,
            "sequence": head.sequence + 1,
            "previous": head.hash,
            "type": type,
            "actor": actor.id,
            "role": actor.role,
            "on_behalf_of": actor.on_behalf_of,
            "at": utc_text(at),
            "before": dict(before or {}),
            "after": dict(after or {}),
            "personal": {
                field: commitment(salts[field], value) for field, value in (personal or {}).items()
            },
            "reason": reason,
        }
    )
    event = Event.objects.create(
        subject=subject,
        sequence=head.sequence + 1,
        type=type,
        actor=actor.id,
        at=at,
        text=text,
        previous_hash=head.hash,
        hash=hashlib.sha256(text.encode()).hexdigest(),
    )
    Opening.objects.bulk_create(
        Opening(event=event, field=field, salt=salts[field], value=value)
        for field, value in (personal or {}).items()
    )
    head.sequence, head.hash = event.sequence, event.hash
    head.save(update_fields=["sequence", "hash"])
    return event


def _locked_head(subject: str) -> Chain:
    """The chain's end, locked until the commit. Most chains exist: one query finds and locks them.
    Of two who begin one chain at once both find nothing, one row is made, and one waits for it."""
    heads = Chain.objects.select_for_update()
    head = heads.filter(subject=subject).first()
    if head is None:
        Chain.objects.bulk_create([Chain(subject=subject)], ignore_conflicts=True)
        head = heads.get(subject=subject)
    return head
