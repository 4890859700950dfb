"""The conversation of a case, as one person may read it."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

from django.db.models import BigAutoField, Exists, OuterRef, Q, QuerySet
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from disputes import events, words
from disputes.models import Case, Message
from disputes.models.message import Audience, Author
from disputes.policy.parties import institution_name
from portal.accounts.actor import Actor
from portal.compiled import Compiled, CompiledFor, Later
from portal.kept import Kept, here
from portal.viewing import masking


class File(NamedTuple):
    name: str
    size_text: str
    href: str
    is_image: bool
    preview: str


class Line(NamedTuple):
    """`label` says who may read it where that is not everybody, in the reader's words."""

    author_kind: str
    audience: str
    body: str
    created_at: datetime
    name: str
    remark: str
    own: bool
    label: str
    number: int = 0  # of the message
    of_case: bool = True  # said in this case, not in one that was merged into it
    files: tuple[File, ...] = ()
    event: str = ""
    same_day: bool = False  # the day does not stand above it: it is said with the time


class Said(NamedTuple):
    """A message as far as it is shown: a row of one query, and no model with forty columns."""

    pk: int
    case_id: int
    case_number: str
    case_erased_at: datetime | None
    author_kind: str
    author: str | None
    organisation_id: int | None
    organisation: str | None
    audience: str
    event: str
    body: str
    created_at: datetime
    has_files: bool


WITH_FILES = Message.uploads.through._default_manager
COLUMNS = (
    *("pk", "case_id", "case__number", "case__erased_at", "author_kind", "author__name"),
    *("organisation_id", "organisation__name", "audience", "event", "body", "created_at"),
    "has_files",
)


def _messages(actor: Actor, of_cases: Q) -> QuerySet:
    messages = Message.objects.filter(of_cases, case__locked_at=None).visible_to(actor)
    files = Exists(WITH_FILES.filter(message=OuterRef("pk")))
    return messages.annotate(has_files=files).order_by("created_at", "pk").values_list(*COLUMNS)


# All of the institution's people read the same: there is one institution.
_of_case = CompiledFor(
    lambda actor: _messages(actor, Q(case=Later("case", BigAutoField()))),
)
_merged = Compiled(
    lambda: Case.objects.filter(merged_into=Later("case", BigAutoField())).values_list("pk")
)


class Reader(NamedTuple):
    """What of a reader, and of the page, decides how a message reads."""

    organisation: int | None
    is_merchant: bool
    is_institution: bool
    institution: str  # its name, in the language of the moment
    in_full: bool
    case: int


def of(case: Case, actor: Actor, *, in_full: bool = False) -> tuple[Line, ...]:
    """Oldest first; starts from what `actor` may read. Addresses and numbers in a customer's words
    are masked like the contact itself, unless `in_full`."""
    # Not by "of it or of one merged into it": no index answers that.
    # What the page's own query has seen already is not asked again.
    merged = [pk for (pk,) in _merged.all(case=case.pk)] if getattr(case, "took_in", True) else []
    if merged or not actor.is_institution:
        rows = list(_messages(actor, Q(case__in=[case.pk, *merged])))
    else:
        rows = _of_case(actor.organisation, actor).all(case=case.pk)
    said = [Said(*row) for row in rows]
    files = _files([message.pk for message in said if message.has_files])
    reader = Reader(
        organisation=actor.organisation.pk if actor.organisation else None,
        is_merchant=actor.is_merchant,
        is_institution=actor.is_institution,
        institution=institution_name(actor.organisation),
        in_full=in_full,
        case=case.pk,
    )
    return _lines(said, files, reader)


_kept: Kept[Line] = Kept()


def _lines(said: list[Said], files: dict[int, list[File]], reader: Reader) -> tuple[Line, ...]:
    """Each read once in a while, not for every page: nothing but what is given here decides."""
    place, lines = here(), []
    for message in said:
        with_it = tuple(files[message.pk]) if message.has_files else ()
        key = (place, reader, message, with_it)
        line = _kept.get(key)
        if line is None:
            _kept.put(key, line := _line(message, with_it, reader))
        lines.append(line)
    return tuple(lines)


def _files(messages: list[int]) -> dict[int, list[File]]:
    found: dict[int, list[File]] = defaultdict(list)
    rows = WITH_FILES.filter(message__in=messages).select_related("upload") if messages else ()
    for row in sorted(rows, key=lambda row: row.pk):
        upload = row.upload
        found[row.message_id].append(
            File(
                name=upload.name,
                size_text=upload.why_held or filesizeformat(upload.size),
                href=upload.address,
                is_image=upload.is_picture,
                preview=upload.preview,
            )
        )
    return found


def _line(message: Said, files: tuple[File, ...], reader: Reader) -> Line:
    of_a_person = message.author_kind != Author.SYSTEM
    body = message.body if of_a_person else events.line(message, reader.institution)
    if of_a_person and message.case_erased_at:
        body = str(words.ERASED)
    if message.author_kind == Author.CONSUMER and not reader.in_full:
        body = masking.words(body)
    name, remark = _speaker(message, reader)
    if message.case_id != reader.case:  # said in a case that was merged into this one
        remark = _("，").join(
            filter(None, (remark, _("案件 %(number)s") % {"number": message.case_number}))
        )
    heading = events.heading(message)
    return Line(
        author_kind=message.author_kind,
        audience=message.audience,
        body=body,
        created_at=message.created_at,
        name=name,
        remark=_("，").join(filter(None, (remark, heading))),
        own=reader.is_merchant and is_of(message, reader),
        label=_label(message.audience, reader),
        number=message.pk,
        of_case=message.case_id == reader.case,
        files=files,
        event=message.event,
    )


def _speaker(message: Said, reader: Reader) -> tuple[str, str]:
    """A merchant reads the institution's name, not who works there; staff read both."""
    if message.author_kind == Author.CONSUMER:
        return _("客户"), ""
    if message.author_kind == Author.SYSTEM:
        return _("系统"), ""
    organisation = message.organisation or ""
    if message.author and (is_of(message, reader) or reader.is_institution):
        return message.author, organisation
    return organisation, ""


def is_of(message: Said, reader: Reader) -> bool:
    """Whether the reader's own organisation said it."""
    return reader.organisation is not None and message.organisation_id == reader.organisation


def _label(audience: str, reader: Reader) -> str:
    if audience == Audience.MERCHANT:
        return _("仅本店与机构可见") if reader.is_merchant else _("仅商户与机构可见")
    if audience == Audience.INTERNAL:
        return _("内部备注·仅本店可见") if reader.is_merchant else _("内部备注·仅本机构可见")
    return ""
