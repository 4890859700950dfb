"""What `resolve` and `reject` have in common: an answer to the customer, a reason, the end."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from disputes import policy, words
from disputes.actions.step import (
    allowed_step,
    earlier,
    follow,
    message_facts,
    say,
    show,
    take,
)
from disputes.errors import Invalid
from disputes.models import Message
from disputes.models.message import Audience
from portal.accounts.actor import Actor


@transaction.atomic
def close(
    case, verb: str, *, actor: Actor, body: str, closing_reason: str, submission_key: uuid.UUID
) -> Message:
    row, role = take(case, actor, verb)
    if done := earlier(row, actor, submission_key, event=policy.event_of(row.kind, verb)):
        return done
    step = allowed_step(row, actor, role, verb)
    if closing_reason not in dict(policy.closing_reasons(row.kind, verb)):
        raise Invalid("closing_reason", _("请选择一个结果。"))
    body = words.clean(body)
    message = say(
        row,
        actor=actor,
        body=body,
        audience=Audience.ALL,
        event=step.event,
        submission_key=submission_key,
    )
    row.closing_reason = closing_reason
    follow(
        row,
        step,
        actor=actor,
        key=submission_key.hex,
        facts={**message_facts(message), "closing_reason": closing_reason},
        personal={"body": body},
    )
    show(case, row)
    return message
