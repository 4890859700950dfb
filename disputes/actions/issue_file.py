"""The case as one printed file for somebody above: asked for here, made by the worker."""

import uuid

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from disputes import meanwhile, moment, policy, words
from disputes.actions.step import allowed_step
from disputes.errors import Invalid, NotAllowed
from disputes.models import Case, CaseFile
from disputes.models.upward import Route
from disputes.policy.parties import role_in
from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.models import Role, User
from portal.outbox import post

LONGEST = 200
# Whose notes they are: who leads the desk hands them out, nobody else.
MAY_HAND_OUT_NOTES = frozenset({Role.SUPERVISOR})


@transaction.atomic
def issue_file(
    case,
    *,
    actor: Actor,
    scope: str,
    party: str,
    purpose: str,
    submission_key: uuid.UUID,
    language: str = "zh-hans",
) -> CaseFile:
    """Ask for a file of the case. It is made also of a case whose words are erased, and then says
    so; not of a locked one, which is stored and used for nothing.

    Raises Invalid("file_scope" | "file_party" | "file_purpose").
    """
    row, role, asker = _take(case, actor)
    if done := CaseFile.objects.filter(submission_key=submission_key).first():
        if (done.case_id, done.asked_by_id) != (row.pk, asker.pk):
            raise Invalid("submission_key", meanwhile.already_used())
        return done
    step = allowed_step(row, actor, role, "issue_file")
    if scope not in CaseFile.Scope:
        raise Invalid("file_scope", _("请选择给哪些往来。"))
    if scope == CaseFile.Scope.INTERNAL and role not in MAY_HAND_OUT_NOTES:
        raise Invalid("file_scope", _("内部全卷由主管出具。"))
    if party not in Route:
        raise Invalid("file_party", _("请选择给谁。"))
    if not (purpose := words.one_line(purpose, LONGEST)):
        raise Invalid("file_purpose", _("请写明做什么用；写机构和用途，不写人名。"))
    now = moment.now()
    made = CaseFile.objects.create(
        case=row,
        number=(row.files.aggregate(n=Max("number"))["n"] or 0) + 1,
        scope=scope,
        party=party,
        purpose=purpose,
        language=language,
        asked_by=asker,
        asked_at=now,
        due_at=now,
        submission_key=submission_key,
    )
    audit.record(
        row.subject,
        f"case.{step.event}",
        actor=actor,
        after={"file": made.number, "scope": scope, "party": party},
        reason=purpose,
        at=now,
    )
    post.hint("disputes.tasks.make_case_file", made.pk)
    return made


def _take(case, actor: Actor) -> tuple[Case, str, User]:
    row = Case.objects.select_for_update(of=("self",)).select_related("policy").get(pk=case.pk)
    role = role_in(row, actor)
    if row.locked_at:
        raise NotAllowed(_("这个案件的内容已经封存，不能出具材料。"))
    if not role or not policy.ever_allowed(row, role, "issue_file") or actor.user is None:
        raise NotAllowed()
    return row, role, actor.user
