"""Making case files in the worker: the work is a row, which the next sweep takes up again."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import structlog
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone, translation

from disputes.casefile import contents, pdf, trail
from disputes.casefile.contents import Source
from disputes.models import Case, CaseFile
from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.models import Membership
from portal.audit import keys, memory, reading
from portal.audit.models import Checkpoint, OutsideCopy

log = structlog.get_logger(__name__)

ATTEMPTS = 8
HELD = timedelta(minutes=2)  # so long nobody else takes up what one worker draws
NOT_NOW = (trail.NotYetSigned, keys.KeyUnusable, memory.WentBack)


def work(pk: int) -> bool:
    """Make one file, if it is due and nobody is at it; whether it was made."""
    now = timezone.now()
    waiting = CaseFile.objects.filter(pk=pk, state=CaseFile.State.WAITING, due_at__lte=now)
    if not waiting.update(due_at=now + HELD):
        return False
    file = CaseFile.objects.select_related("case", "asked_by").get(pk=pk)
    try:
        _make(file)
    except Exception as error:
        _failed(file, error)
        return False
    return True


def sweep() -> int:
    due = CaseFile.objects.filter(state=CaseFile.State.WAITING, due_at__lte=timezone.now())
    tried = list(due.order_by("due_at").values_list("pk", flat=True)[:20])
    for pk in tried:
        work(pk)
    return len(tried)


def source_of(file: CaseFile) -> Source:
    case = Case.objects.select_related(
        "policy", "payment__merchant", "payment__terminal", "merchant", "organisation"
    ).get(pk=file.case_id)
    return Source(case=case, file=file, actor=actor_of(file), now=timezone.now())


def actor_of(file: CaseFile) -> Actor:
    """Who asked: the customer, or somebody as a member of the institution, whose notes an internal
    file shows."""
    if file.is_customers:
        return Actor.consumer(file.case.subject)
    member = (
        Membership.objects.filter(user=file.asked_by, organisation__kind="institution")
        .select_related("user", "organisation")
        .latest("pk")
    )
    return Actor.member(member)


def _make(file: CaseFile) -> None:
    source = source_of(file)
    with translation.override(file.language):
        drawn = pdf.case_pdf(source, contents.gather(source))
    file.file.save("", ContentFile(drawn.data), save=False)
    try:
        _made(file, source, drawn)
    except BaseException:
        file.file.delete(save=False)
        raise


@transaction.atomic
def _made(file: CaseFile, source: Source, drawn: pdf.Drawn) -> None:
    case = Case.objects.select_for_update(of=("self",)).get(pk=file.case_id)
    row = CaseFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if row.state != CaseFile.State.WAITING or case.erased_at != source.case.erased_at:
        raise Overtaken(file.pk)
    row.file, row.size, row.pages = file.file.name, len(drawn.data), drawn.pages
    row.sha256 = hashlib.sha256(drawn.data).hexdigest()
    row.events, row.checkpoint = source.events, source.checkpoint
    row.state, row.made_at = CaseFile.State.MADE, source.now
    row.save()
    audit.record(
        case.subject,
        "case.file_issued",
        actor=Actor(kind="system", id="system:files", on_behalf_of=source.actor.id),
        after={
            "file": row.number,
            "scope": str(row.scope),
            "party": str(row.party),
            "sha256": row.sha256,
            "pages": row.pages,
            "checkpoint": row.checkpoint,
        },
    )
    if not row.is_customers:
        reading.note(source.actor, case.subject, what=reading.What.PRINTED)
    if row.checkpoint:
        OutsideCopy.objects.get_or_create(
            checkpoint=Checkpoint.objects.get(size=row.checkpoint),
            way="case_file",
            reference=row.subject,
            defaults={"at": source.now},
        )


class Overtaken(Exception):
    """Another worker made it, or the case was erased while it was drawn: looked at anew."""


def _failed(file: CaseFile, error: Exception) -> None:
    """Tried again, later each time; given up in the end, and said on the page."""
    told = log.warning if isinstance(error, NOT_NOW) else log.exception
    told("case_file_not_made", file=file.pk, error=type(error).__name__)
    failures = file.failures + 1
    CaseFile.objects.filter(pk=file.pk, state=CaseFile.State.WAITING).update(
        failures=failures,
        due_at=timezone.now() + timedelta(seconds=min(10 * 2**failures, 1800)),
        state=CaseFile.State.FAILED if failures >= ATTEMPTS else CaseFile.State.WAITING,
    )
