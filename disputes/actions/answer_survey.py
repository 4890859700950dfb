from django.db import transaction
from django.utils.translation import gettext as _

from disputes import moment, words
from disputes.errors import Invalid, NotAllowed, WrongState
from disputes.models import Case, Suggestion, SurveyAnswer
from disputes.models.after import Effort, Solved
from disputes.policy.parties import role_in
from disputes.policy.table import CONSUMER
from portal import audit
from portal.accounts.actor import Actor

LONGEST = 1_000


def closing_number(case: Case) -> int:
    """Which closing of the case this is: one more than it was taken up again."""
    return case.continued + 1


def may_answer(case: Case) -> bool:
    """A case that was decided, and not asked about since."""
    answered = SurveyAnswer.objects.filter(case=case, closing=closing_number(case)).exists()
    return case.is_decided and not answered


@transaction.atomic
def answer_survey(case, *, actor: Actor, solved: str, effort: str, body: str = "") -> SurveyAnswer:
    """The customer's two answers after closing, and what could go better if they say so. Once for
    each closing: the same again changes nothing. Raises Invalid with the field."""
    row = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if role_in(row, actor) != CONSUMER:
        raise NotAllowed()
    if not row.is_decided:
        raise WrongState(_("这件事还在处理，有结果以后再请您评价。"))
    closing = closing_number(row)
    if done := SurveyAnswer.objects.filter(case=row, closing=closing).first():
        return done
    if solved not in Solved.values:
        raise Invalid("solved", _("请选择问题有没有解决。"))
    if effort not in {str(value) for value in Effort.values}:
        raise Invalid("effort", _("请选择办这件事费不费劲。"))
    body = words.clean(body, "body", LONGEST) if body.strip() else ""
    now = moment.now()
    answer = SurveyAnswer.objects.create(
        case=row, closing=closing, solved=solved, effort=int(effort), answered_at=now
    )
    if body:
        Suggestion.objects.create(case=row, body=body, made_at=now)
    audit.record(
        row.subject,
        "case.surveyed",
        actor=actor,
        after={"closing": closing, "solved": solved, "effort": int(effort), "words": bool(body)},
        personal={"body": body} if body else None,
        at=now,
    )
    return answer
