"""The conversation of a case, as one person may read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _

from disputes import events, words
from disputes.models import Case, Message
from disputes.models.message import Audience, Author
from disputes.policy.parties import institution_name
from portal.accounts.actor import Actor
from portal.viewing import masking


@dataclass(frozen=True)
class File:
    name: str
    size_text: str
    href: str
    is_image: bool


@dataclass(frozen=True)
class Line:
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
    files: list[File] = field(default_factory=list)


def of(case: Case, actor: Actor, *, in_full: bool = False) -> list[Line]:
    """Oldest first; starts from what `actor` may read. Addresses and numbers in a customer's words
    are masked like the contact itself, unless `in_full`."""
    messages = (
        Message.objects.filter(Q(case=case) | Q(case__merged_into=case), case__locked_at=None)
        .visible_to(actor)
        .select_related("author", "organisation", "case")
        .prefetch_related("uploads")
    )
    institution = institution_name()
    return [_line(message, actor, institution, in_full, case) for message in messages]


def _line(message: Message, actor: Actor, institution: str, in_full: bool, case: Case) -> Line:
    of_a_person = message.author_kind != Author.SYSTEM
    body = message.body if of_a_person else events.line(message, institution)
    if of_a_person and message.case.erased_at:
        body = str(words.ERASED)
    if message.author_kind == Author.CONSUMER and not in_full:
        body = masking.words(body)
    name, remark = _speaker(message, actor)
    if message.case_id != case.pk:  # said in a case that was merged into this one
        remark = _("，").join(
            filter(None, (remark, _("案件 %(number)s") % {"number": message.case.number}))
        )
    heading = events.heading(message)
    return Line(
        author_kind=message.author_kind,
        audience=message.audience,
        body=body,
        created_at=message.created_at,
        name=name,
        remark=_("，").join(filter(None, (remark, heading))),
        own=actor.is_merchant and is_of(message, actor),
        label=_label(message.audience, actor),
        number=message.pk,
        of_case=message.case_id == case.pk,
        files=[
            File(
                name=upload.name,
                size_text=filesizeformat(upload.size),
                href=reverse("uploads:file", args=[upload.public_id]),
                is_image=upload.is_picture,
            )
            for upload in message.uploads.all()
        ],
    )


def _speaker(message: Message, actor: Actor) -> tuple[str, str]:
    """A merchant reads the institution's name, not who works there; staff read both."""
    if message.author_kind == Author.CONSUMER:
        return _("客户"), ""
    if message.author_kind == Author.SYSTEM:
        return _("系统"), ""
    organisation = message.organisation.name if message.organisation else ""
    ours = is_of(message, actor)
    if message.author and (ours or actor.is_institution):
        return message.author.name, organisation
    return organisation, ""


def is_of(message: Message, actor: Actor) -> bool:
    """Whether the reader's own organisation said it."""
    return actor.organisation is not None and message.organisation_id == actor.organisation.pk


def _label(audience: str, actor: Actor) -> str:
    if audience == Audience.MERCHANT:
        return _("仅本店与机构可见") if actor.is_merchant else _("仅商户与机构可见")
    if audience == Audience.INTERNAL:
        return _("内部备注·仅本店可见") if actor.is_merchant else _("内部备注·仅本机构可见")
    return ""
