import uuid

from django.db import transaction

from disputes import words
from disputes.actions.step import (
    allowed_step,
    earlier,
    follow,
    message_facts,
    say,
    show,
    take,
)
from disputes.models import Message
from disputes.models.message import Audience
from portal.accounts.actor import Actor


@transaction.atomic
def continue_case(case, *, actor: Actor, body: str, submission_key: uuid.UUID) -> Message:
    """The customer takes a closed case up again, within 30 days: the institution has it then."""
    row, role = take(case, actor, "continue_case")
    if done := earlier(row, actor, submission_key, event="continued"):
        return done
    step = allowed_step(row, actor, role, "continue_case")
    body = words.clean(body)
    message = say(
        row,
        actor=actor,
        body=body,
        audience=Audience.ALL,
        event=step.event,
        submission_key=submission_key,
    )
    before = {"closing_reason": row.closing_reason, "continued": row.continued}
    row.closing_reason = ""
    follow(
        row,
        step,
        actor=actor,
        key=submission_key.hex,
        before=before,
        facts={**message_facts(message), "continued": row.continued + step.repeat},
        personal={"body": body},
    )
    show(case, row)
    return message
