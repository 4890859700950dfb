"""What a case file is made of: sections, each built from the case for one circle of readers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise

from disputes.models import Case, CaseFile, Message
from disputes.models.message import Audience
from disputes.policy.parties import institution_name
from portal import moments
from portal.accounts.actor import Actor
from portal.uploads.models import Upload

Text = str | Promise


@dataclass(frozen=True)
class Table:
    """`widths`: of the columns in per cent, 0 for what is left. `small`: in the smallest type."""

    head: tuple[Text, ...]
    rows: Sequence[tuple[Text, ...]]
    widths: tuple[int, ...]
    title: Text = ""
    foot: Text = ""
    small: bool = False
    plain: bool = False  # no word in it is longer than its column: quicker to lay out

    @property
    def columns(self) -> list[tuple[Text, int]]:
        return list(zip(self.head, self.widths, strict=True))


@dataclass(frozen=True)
class Said:
    """A message of the conversation."""

    who: Text
    when: str
    body: str
    remark: Text = ""
    audience: str = Audience.ALL
    to: Text = ""  # where that is not everybody
    files: Text = ""

    @property
    def lines(self) -> list[str]:
        return self.body.splitlines() or [""]


@dataclass(frozen=True)
class Line:
    """One step of many: a line of text, since hundreds of rows of a table take seconds to lay out.
    `place` and `mark` stand small at its end."""

    at: str
    who: Text
    what: Text
    place: str
    mark: str


@dataclass(frozen=True)
class Picture:
    """A small view of an attachment: `source` is what the drawing asks for."""

    source: str
    caption: Text


@dataclass(frozen=True)
class Section:
    """One part of the file: any of these, in this order."""

    title: Text
    lead: Text = ""
    facts: Sequence[tuple[Text, Text]] = ()
    said: Sequence[Said] = ()
    tables: Sequence[Table] = ()
    lines: Sequence[Line] = ()
    lines_head: Text = ""  # what stands in them
    pictures: Sequence[Picture] = ()
    steps: Sequence[Text] = ()
    exact: Text = ""  # a text of which every character counts
    empty: Text = ""  # said where there is nothing


@dataclass
class Source:
    """What sections are built from."""

    case: Case
    file: CaseFile
    actor: Actor  # who asked: their organisation's notes are in the internal file
    now: datetime
    checkpoint: int = 0  # set by the section that prints it
    events: int = 0
    previews: dict[str, Upload] = field(default_factory=dict)

    @property
    def internal(self) -> bool:
        return self.file.scope == CaseFile.Scope.INTERNAL

    @cached_property
    def institution(self) -> str:
        return institution_name()

    @cached_property
    def messages(self) -> list[Message]:
        """Of the case and of what was merged into it, as far as these readers may see them."""
        both = Message.objects.filter(
            Q(case=self.case) | Q(case__merged_into=self.case), case__locked_at=None
        )
        if self.internal:
            both = both.visible_to(self.actor)
        elif self.file.scope == CaseFile.Scope.MERCHANT:
            both = both.filter(audience__in=[Audience.ALL, Audience.MERCHANT])
        else:
            both = both.filter(audience=Audience.ALL)
        rows = both.select_related("author", "organisation", "case").prefetch_related("uploads")
        return list(rows.order_by("created_at", "id"))

    @cached_property
    def attachments(self) -> list[tuple[Upload, Message]]:
        """In the order in which they were sent; the place in the list is their number."""
        return [
            (upload, message)
            for message in self.messages
            for upload in sorted(message.uploads.all(), key=lambda each: each.pk)
        ]


Build = Callable[[Source], Section | None]
_sections: dict[str, tuple[int, Build]] = {}


def register(place: int, build: Build) -> None:
    """`place`: 10 parties, 20 payment, 30 slips, 40 conversation, 50 clocks, 60 decisions, 70
    money, 80 register, 85 attachments, 90 trail, 95 proof."""
    _sections[f"{build.__module__}.{build.__qualname__}"] = (place, build)


def gather(source: Source) -> list[Section]:
    builds = sorted(_sections.values(), key=lambda each: each[0])
    with moments.on_paper():
        return [section for _place, build in builds if (section := build(source)) is not None]


def exact(at: datetime | None) -> str:
    """2026-11-24 14:05:09, as everywhere in a file that may be read years later."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}" if at else "–"
