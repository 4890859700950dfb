"""An event as a line that a person reads: who, what, when, why, and who is awaited after it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from disputes.models.case import CLOSED_STATUSES, Stage, Status
from portal.accounts.models import Organisation, Role, User
from portal.audit.models import Event, Opening, Reading
from portal.site.audit.sentences import sentence
from portal.site.audit.words import fact, field_name, part_name, reason_of, subject_name


@dataclass(frozen=True)
class Line:
    at: datetime
    who: str
    role: str
    behalf: str
    what: str
    subject: str
    about: str  # the subject as a person calls it
    reason: str = ""
    facts: tuple[tuple[str, str, str], ...] = ()  # what of it, before, after
    waits_for: str = ""
    type: str = ""
    sequence: int | None = None  # of an event; a reading has none
    hash: str = ""


def of_events(events: Iterable[Event]) -> list[Line]:
    events = list(events)
    told = [json.loads(event.text) for event in events]
    ids = {each[key] for each in told for key in ("actor", "on_behalf_of")}
    facts = [value for each in told for key in ("before", "after") for value in each[key].values()]
    ids |= {value for value in facts if _is_person(value)}
    names = names_of(ids | {_account(event.subject) for event in events})
    kept = _kept(event for event, each in zip(events, told, strict=True) if each["personal"])
    return [_line(event, facts, names, kept) for event, facts in zip(events, told, strict=True)]


def _kept(events: Iterable[Event]) -> set[tuple[int, str]]:
    """Which personal values are still there: event and field."""
    keys = [event.pk for event in events]
    found = Opening.objects.filter(event__in=keys) if keys else Opening.objects.none()
    return set(found.values_list("event_id", "field"))


def of_readings(readings: Iterable[Reading]) -> list[Line]:
    readings = list(readings)
    names = names_of({text for row in readings for text in (row.reader, _account(row.subject))})
    return [
        Line(
            at=row.at,
            who=names.get(row.reader) or part_name(row.reader),
            role=_role(row.role),
            behalf="",
            what=str(Reading.What(row.what).label),
            subject=row.subject,
            about=subject_name(row.subject, names),
        )
        for row in readings
    ]


def _line(event: Event, told: dict, names: dict[str, str], kept: set[tuple[int, str]]) -> Line:
    behalf = told["on_behalf_of"]
    return Line(
        at=event.at,
        who=names.get(event.actor) or part_name(event.actor),
        role=_role(told["role"]),
        behalf=(names.get(behalf) or part_name(behalf)) if behalf else "",
        what=sentence(event.type),
        subject=event.subject,
        about=subject_name(event.subject, names),
        reason=reason_of(told["reason"]),
        facts=_facts(told, names) + _personal(event, told["personal"], kept),
        waits_for=_waits_for(event.type, told["after"]),
        type=event.type,
        sequence=event.sequence,
        hash=event.hash,
    )


def _facts(told: dict, names: dict[str, str]) -> tuple[tuple[str, str, str], ...]:
    """Each field that is told, before and after."""
    before, after = told["before"], told["after"]
    fields = [*before, *(name for name in after if name not in before)]
    said = [
        (field_name(name), *(_value(facts.get(name), name, names) for facts in (before, after)))
        for name in fields
    ]
    return tuple((name, old, new) for name, old, new in said if old != new)


def _personal(event: Event, fields: Iterable[str], kept: set[tuple[int, str]]) -> tuple:
    """Of each personal value that there was one, and whether it is still kept."""
    return tuple(
        (
            field_name(name),
            "",
            _("个人信息，另存") if (event.pk, name) in kept else _("个人信息，已删除"),
        )
        for name in fields
    )


def _value(value, name: str, names: dict[str, str]) -> str:
    return names.get(value) or part_name(value) if _is_person(value) else fact(value, name)


def _is_person(value) -> bool:
    return isinstance(value, str) and value.startswith("user:")


def _waits_for(type_: str, after: dict) -> str:
    """For whom the case waits once this has happened; from the event alone."""
    if not type_.startswith("case.") or "status" not in after:
        return ""
    if after["status"] == Status.WAITING_CONSUMER:
        return _("等客户")
    if after["status"] in {str(status) for status in CLOSED_STATUSES}:
        return _("不再等谁")
    return _("等商户") if after.get("stage") == Stage.MERCHANT else _("等本机构")


def names_of(ids: set[str]) -> dict[str, str]:
    """Names of people by their pseudonyms (`user:…`); a person erased or locked has none here."""
    users = [found for each in ids if (found := _person(each))]
    people = User.objects.filter(public_id__in=users, is_active=True)
    names = {f"user:{user.public_id}": user.name for user in people}
    if shops := [found for each in ids if (found := _person(each, "organisation"))]:
        organisations = Organisation.objects.filter(public_id__in=shops)
        names |= {f"organisation:{each.public_id}": each.display_name for each in organisations}
    return names


def about(subject: str) -> str:
    return subject_name(subject, names_of({_account(subject)}))


def _person(pseudonym: str, of: str = "user") -> UUID | None:
    """Of an account that nobody has (`unknown-…`) there is none."""
    kind, _colon, rest = pseudonym.partition(":")
    try:
        return UUID(rest) if kind == of else None
    except ValueError:
        return None


def _account(subject: str) -> str:
    return subject.replace("account:", "user:", 1)


def _role(role: str) -> str:
    return str(Role(role).label) if role in Role else ""
