"""A made file, handed out: the stored bytes, looked at first."""

from __future__ import annotations

import hashlib

import structlog
from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _

from disputes.models import Case, CaseFile
from portal import audit
from portal.accounts.actor import Actor
from portal.audit import reading
from portal.audit.models import Reading
from receipts.slip.response import attachment

log = structlog.get_logger(__name__)


def response(case: Case, made: CaseFile, actor: Actor) -> HttpResponse | None:
    """The PDF, and who took it in the trail; None where what is stored is not what was issued."""
    try:
        with made.file.open("rb") as stored:
            data = stored.read()
    except Exception:  # lost, or the storage is away: each kind has its own ways of being so
        data = b""
    if hashlib.sha256(data).hexdigest() != made.sha256:
        log.error("case_file_not_as_issued", file=made.pk)
        return None
    with transaction.atomic():
        if not actor.is_consumer:  # what is one's own is no reading of another's
            reading.note(actor, case.subject, what=Reading.What.DOWNLOADED)
        audit.record(
            case.subject,
            "case.file_given",
            actor=actor,
            after={"file": made.number, "sha256": made.sha256},
        )
    answer = HttpResponse(data, content_type="application/pdf")
    name = f"{case.number}-{made.number}.pdf"
    answer["Content-Disposition"] = attachment(f"case-{name}", f"{_('案件材料')}-{name}")
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer
