"""The customer takes the file of their own case: what all parties have read, as one PDF that the
worker makes."""

import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from disputes import moment
from disputes.actions.step import allowed_step, take
from disputes.errors import WrongState
from disputes.models import Case, CaseFile
from portal import audit
from portal.accounts.actor import Actor
from portal.audit.models import Event
from portal.outbox import post

MOST, WITHIN = 5, timedelta(days=1)  # each is some seconds of a worker
# Steps that are about files alone: a file made before them tells all that happened.
ABOUT_FILES = ("case.file_asked", "case.file_issued", "case.file_given")


@transaction.atomic
def take_file(case, *, actor: Actor, language: str = "zh-hans") -> CaseFile:
    """Ask for the file; the newest one where nothing has happened since, in that language.

    Raises WrongState when as many as a day has room for were made.
    """
    row, role = take(case, actor, "take_file")
    step = allowed_step(row, actor, role, "take_file")
    theirs = row.files.filter(asked_by=None).order_by("-number")
    newest = theirs.first()
    if newest is not None and newest.language == language and _tells_all(row, newest):
        return newest
    now = moment.now()
    if theirs.filter(asked_at__gt=now - WITHIN).count() >= MOST:
        raise WrongState(_("今天已经准备过几份了，明天可以再要新的；做好的还能下载。"))
    made = CaseFile.objects.create(
        case=row,
        number=(row.files.aggregate(n=Max("number"))["n"] or 0) + 1,
        scope=CaseFile.Scope.SHARED,
        language=language,
        asked_at=now,
        due_at=now,
        submission_key=uuid.uuid4(),
    )
    audit.record(
        row.subject,
        f"case.{step.event}",
        actor=actor,
        after={"file": made.number, "scope": str(made.scope), "party": ""},
        at=now,
    )
    post.hint("disputes.tasks.make_case_file", made.pk)
    return made


def _tells_all(row: Case, file: CaseFile) -> bool:
    if file.state == CaseFile.State.WAITING:
        return True
    if file.state != CaseFile.State.MADE:
        return False
    since = Event.objects.filter(subject=row.subject, sequence__gt=file.events)
    return not since.exclude(type__in=ABOUT_FILES).exists()
