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
def ask_consumer(case, *, actor: Actor, body: str, submission_key: uuid.UUID) -> Message:
    """Ask the customer for something: all clocks stand still until the answer."""
    row, role = take(case, actor, "ask_consumer")
    if done := earlier(row, actor, submission_key, event="asked_consumer"):
        return done
    step = allowed_step(row, actor, role, "ask_consumer")
    body = words.clean(body)
    message = say(
        row,
        actor=actor,
        body=body,
        audience=Audience.ALL,
        event=step.event,
        submission_key=submission_key,
    )
    follow(
        row,
        step,
        actor=actor,
        key=submission_key.hex,
        facts=message_facts(message),
        personal={"body": body},
    )
    show(case, row)
    return message
