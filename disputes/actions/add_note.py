import uuid

from django.db import transaction

from disputes import mentions, words
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
from disputes.models import Message
from disputes.models.message import Audience
from portal.accounts.actor import Actor


@transaction.atomic
def add_note(case, *, actor: Actor, body: str, uploads=(), submission_key: uuid.UUID) -> Message:
    """A note that only the writer's own organisation reads; whoever is named in it with an @ hears
    of it."""
    row, role = take(case, actor, "add_note")
    if done := earlier(row, actor, submission_key, internal=True):
        return done
    step = allowed_step(row, actor, role, "add_note")
    body = words.clean(body)
    files = attach(row, uploads)
    message = say(
        row,
        actor=actor,
        body=body,
        audience=Audience.INTERNAL,
        uploads=files,
        submission_key=submission_key,
    )
    follow(
        row,
        step,
        actor=actor,
        key=submission_key.hex,
        facts={**message_facts(message, files), **_mentioned(row, actor, body, submission_key.hex)},
        # Under another name: an export of the trail brings along the words of "body", and what a
        # merchant notes for itself is not the institution's to hand out.
        personal={"note" if actor.is_merchant else "body": body},
    )
    show(case, row)
    return message


def _mentioned(row, actor: Actor, body: str, key: str) -> dict:
    people = mentions.tell(row, actor, body, key)
    return {"mentioned": [f"user:{person.public_id}" for person in people]} if people else {}
