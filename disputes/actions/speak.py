"""What verbs have in common that are one word to everybody and one step of the case."""

import uuid
from collections.abc import Callable

from django.db import transaction

from disputes import policy, words
from disputes.actions.attach import attach
from disputes.actions.step import (
    allowed_step,
    earlier,
    follow,
    message_facts,
    say,
    show,
    take,
)
from disputes.models import Case, Message
from disputes.models.message import Audience
from disputes.policy.table import Step
from portal.accounts.actor import Actor

# What else the verb changes of the row; the facts of that before and after, for the trail.
Change = Callable[[Case, Step], tuple[dict, dict]]


@transaction.atomic
def speak(
    case,
    verb: str,
    *,
    actor: Actor,
    body: str,
    submission_key: uuid.UUID,
    uploads=(),
    change: Change = lambda row, step: ({}, {}),
) -> Message:
    """`change` is called once the step is allowed and before anything is written; it may raise
    Invalid.
    """
    row, role = take(case, actor, verb)
    if done := earlier(row, actor, submission_key, event=policy.event_of(row.kind, verb)):
        return done
    step = allowed_step(row, actor, role, verb)
    before, facts = change(row, step)
    body = words.clean(body)
    files = attach(row, uploads)
    message = say(
        row,
        actor=actor,
        body=body,
        audience=Audience.ALL,
        event=step.event,
        uploads=files,
        submission_key=submission_key,
    )
    follow(
        row,
        step,
        actor=actor,
        key=submission_key.hex,
        before=before,
        facts={**message_facts(message, files), **facts},
        personal={"body": body},
    )
    show(case, row)
    return message
