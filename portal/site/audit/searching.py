"""Search over events: subject, topic or type, who, when; a page is found by the last row before it.

Each question stands on an index of its own: subject (with sequence), who (with time), type (with
time), else the primary key. The period is read from the primary key's order: events are numbered
as they are written.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.models import Event
from portal.site.audit.sentences import SENTENCES, TOPICS
from receipts.finding.days import day_bounds

PAGE = 50
FIELDS = ("subject", "type", "who", "since", "until")


@dataclass(frozen=True)
class Wanted:
    typed: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    actors: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    @property
    def asked(self) -> bool:
        return any(self.typed.values())

    @property
    def query(self) -> str:
        return urlencode({name: text for name, text in self.typed.items() if text})

    @classmethod
    def read(cls, query) -> Wanted:
        typed = {name: _plain(query.get(name, "")) for name in FIELDS}
        errors: dict[str, str] = {}
        actors = _actors(typed["who"])
        if typed["who"] and not actors:
            errors["who"] = _("没有这个用户名或姓名的人员")
        days = {name: _day(typed[name]) for name in ("since", "until")}
        for name, day in days.items():
            if typed[name] and day is None:
                errors[name] = _("没有这一天，请写成 2026-11-23 的样子")
        first, last = days["since"], days["until"]
        if first and last and first > last:
            errors["until"] = _("结束在开始之前，请调换")
        return cls(
            typed,
            errors,
            actors=actors,
            types=_types(typed["type"]),
            since=day_bounds(first)[0] if first else None,
            until=day_bounds(last)[1] if last else None,
        )

    def events(self) -> QuerySet[Event]:
        events = Event.objects.all()
        if self.errors:
            return events.none()
        if self.typed["subject"]:
            events = events.filter(subject=subject_of(self.typed["subject"]))
        if self.types:
            events = events.filter(type__in=self.types)
        if self.actors:
            events = events.filter(actor__in=self.actors)
        if self.since:
            events = events.filter(at__gte=self.since)
        if self.until:
            events = events.filter(at__lt=self.until)
        return events


@dataclass(frozen=True)
class Page:
    rows: list[Event]
    next: int | None


def page(wanted: Wanted, before: str = "") -> Page:
    events = wanted.events().order_by("-pk")
    if before.isdecimal() and len(before) < 18:
        events = events.filter(pk__lt=int(before))
    rows = list(events[: PAGE + 1])
    return Page(rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None)


def subject_of(text: str) -> str:
    """A case's number is enough; else the subject as the trail names it."""
    return text if ":" in text or not text[:1].isdigit() else f"case:{text}"


def choices() -> list[tuple[str, str | None, list[tuple[str, str]]]]:
    """For the field of types: each topic, and below it its types."""
    return [
        (topic.name, str(topic.label), [(type_, str(text)) for type_, text in topic.types.items()])
        for topic in TOPICS
    ]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("\0", "").strip()[:80]


def _types(text: str) -> tuple[str, ...]:
    topic = next((topic for topic in TOPICS if topic.name == text), None)
    if topic:
        return tuple(topic.types)
    return (text,) if text in SENTENCES else ()


def _actors(text: str) -> tuple[str, ...]:
    """Somebody's pseudonyms, by username or name; a pseudonym itself is one, too."""
    if not text:
        return ()
    if ":" in text:
        return (text,)
    people = User.objects.filter(Q(username__iexact=text) | Q(name=text))[:20]
    return tuple(f"user:{UUID(str(user.public_id))}" for user in people)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 < day.year < 2200 else None
