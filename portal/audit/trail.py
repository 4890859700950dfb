"""The one door through which history is written."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone

from portal.accounts.actor import Actor
from portal.audit import sequencer
from portal.audit.models import Event, Opening

Fact = int | str | bool | None | list | dict


class NotInTransaction(RuntimeError):
    """An event must share the transaction of the change it tells of."""


# Parts the three pieces of an event's text on its way to the database; JSON text cannot hold it.
SEPARATOR = "\x1f"
COLUMNS = [field.attname for field in Event._meta.concrete_fields]
PREVIOUS, SEQUENCE = ',"previous":"', ',"sequence":'


def _refuse(thing):
    raise TypeError(f"not a fact an event can hold: {thing!r}")


_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_refuse
).encode


def canonical(value: Mapping) -> str:
    """JSON text with sorted keys and no spaces: strings, integers, booleans, null, lists, objects.

    Raises TypeError for floats (NaN among them), keys that are no strings, and text that UTF-8
    has not (half of a surrogate pair)."""
    _check(value)
    text = _encode(value)
    _encoded(text)
    return text


_PLAIN = frozenset({str, int, bool, type(None)})


def _check(value) -> None:
    kind = type(value)
    if kind in _PLAIN:
        return
    if isinstance(value, float):
        raise TypeError("an event holds integers and strings; money is in fen, time is text")
    if kind is dict or isinstance(value, Mapping):  # the latter alone takes a microsecond
        for key, item in value.items():
            if type(key) is not str and not isinstance(key, str):
                raise TypeError(f"a fact's name is text, not {key!r}")
            if type(item) not in _PLAIN:
                _check(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _check(item)


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise TypeError("not a fact an event can hold: text that UTF-8 has not") from error


def utc_text(moment: datetime) -> str:
    """UTC with microseconds: 2026-11-23T06:05:00.000000Z. Raises TypeError without a time zone."""
    if timezone.is_naive(moment):
        raise TypeError(f"a moment without a time zone: {moment!r}")
    return _utc_text(_in_utc(moment))


def _in_utc(moment: datetime) -> datetime:
    """Without a time zone, as SQLite keeps it."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def _utc_text(in_utc: datetime) -> str:
    # Not strftime, which writes years before 1000 with fewer digits.
    return in_utc.isoformat(timespec="microseconds") + "Z"


def commitment(salt: str, value: str) -> str:
    if "\0" in value:  # PostgreSQL could not keep what was committed to
        raise TypeError("not a value an event can commit to: the character NUL")
    return _sha256(f"{salt}:{value}")


def _sha256(text: str) -> str:
    return hashlib.sha256(_encoded(text)).hexdigest()


@dataclass(frozen=True, slots=True)
class Draft:
    """An event's text but for its place, which PostgreSQL sets in between. The names of an event's
    parts stand in order, as JSON made canonical has them."""

    before: str
    between: str
    after: str

    @classmethod
    def of(cls, parts: Mapping) -> "Draft":
        text = canonical({**parts, "previous": "", "sequence": 0})
        # Quotes inside of values are escaped, and what comes after `previous` holds no objects: the
        # last of these is the event's own.
        before, _, rest = text.rpartition(PREVIOUS)
        between, _, after = rest.rpartition(SEQUENCE + "0")
        return cls(before + PREVIOUS, between + SEQUENCE, after)

    def placed(self, previous: str, sequence: int) -> str:
        """The canonical text."""
        return f"{self.before}{previous}{self.between}{sequence}{self.after}"

    @property
    def in_parts(self) -> str:
        return SEPARATOR.join((self.before, self.between, self.after))


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
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise NotInTransaction(f"{type} of {subject}")
    at = at or timezone.now()
    salts = {field: secrets.token_hex(16) for field in personal or {}}
    parts = {
        "subject": subject,
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
    append = _append_by_trigger if connection.vendor == "postgresql" else _append_as_next
    event = append(connection, parts, at)
    if personal:
        Opening.objects.bulk_create(
            Opening(event=event, field=field, salt=salts[field], value=value)
            for field, value in personal.items()
        )
    sequencer.soon()
    return event


def lock(*subjects: str) -> None:
    """Before the first event of a transaction that writes about more than one subject: two such
    transactions then wait for each other and never in a ring. In one order, whatever the caller's.

    New subjects, which nobody else can name yet, need not be told. An advisory lock: the heads of
    the chains themselves are not the product's role's to lock."""
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise NotInTransaction(f"locking {subjects}")
    if connection.vendor != "postgresql":
        return  # one writer, since its BEGIN
    with connection.cursor() as cursor:
        for subject in sorted(set(subjects)):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [subject])


def _append_by_trigger(connection, parts: dict, at: datetime) -> Event:
    """PostgreSQL locks the chain, sets the place and computes the hash (portal.audit.guards): one
    statement, and no other way of writing can do it differently."""
    draft = Draft.of(parts)
    columns = (parts["subject"], parts["type"], parts["actor"], at)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_event"
            " (id, subject, sequence, type, actor, at, text, previous_hash, hash)"
            " VALUES (NULL, %s, NULL, %s, %s, %s, %s, NULL, NULL)"
            " RETURNING id, sequence, previous_hash, hash",
            [*columns, draft.in_parts],
        )
        pk, sequence, previous, hash = cursor.fetchone()
    subject, *rest = columns
    text = draft.placed(previous, sequence)
    values = (pk, subject, sequence, *rest, text, previous, hash)
    return Event.from_db(connection.alias, COLUMNS, values)


def _append_as_next(connection, parts: dict, at: datetime) -> Event:
    """SQLite has one writer, whose lock this transaction holds since its BEGIN: the head that is
    read here is still the head when the event is written, and triggers hold that it was.

    Two plain statements: one that does both goes through temporary tables (its SELECT because of
    the triggers, its RETURNING always), which take longer than the second statement does."""
    subject, type, actor = parts["subject"], parts["type"], parts["actor"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequence, hash FROM audit_chain WHERE subject = %s", [subject])
        last, previous = cursor.fetchone() or (0, "")
        sequence = last + 1
        text = canonical({**parts, "previous": previous, "sequence": sequence})
        # As Django would write it; without the time zone, which is known to be UTC already.
        hash, when = _sha256(text), connection.ops.adapt_datetimefield_value(_in_utc(at))
        cursor.execute(
            "INSERT INTO audit_event"
            " (subject, sequence, type, actor, at, text, previous_hash, hash)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [subject, sequence, type, actor, when, text, previous, hash],
        )
        pk = cursor.lastrowid
    values = (pk, subject, sequence, type, actor, at, text, previous, hash)
    return Event.from_db(connection.alias, COLUMNS, values)
