import uuid

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
from disputes.errors import Invalid
from disputes.meanwhile import no_such_audience
from disputes.models import Message
from portal.accounts.actor import Actor


@transaction.atomic
def reply(
    case, *, actor: Actor, body: str, audience: str = "all", uploads=(), submission_key: uuid.UUID
) -> Message:
    """Say something in the conversation: customer, merchant or institution.

    A merchant's first word to the customer stops its first clock; a customer's word after a
    question lets the clocks run on. Nothing else of the case is touched.
    """
    row, role = take(case, actor, "reply")
    if done := earlier(row, actor, submission_key):
        return done
    step = allowed_step(row, actor, role, "reply", audience)
    if audience not in policy.audiences(row, role):
        raise Invalid("audience", no_such_audience())
    body = words.clean(body)
    files = attach(row, uploads)
    message = say(
        row,
        actor=actor,
        body=body,
        audience=audience,
        uploads=files,
        submission_key=submission_key,
    )
    follow(
        row,
        step,
        actor=actor,
        key=submission_key.hex,
        facts=message_facts(message, files),
        personal={"body": body},
    )
    show(case, row)
    return message
