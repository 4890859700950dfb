import uuid

from disputes.actions.speak import speak
from disputes.models import Message
from portal.accounts.actor import Actor


def ask_consumer(
    case, *, actor: Actor, body: str, uploads=(), submission_key: uuid.UUID
) -> Message:
    """Ask the customer for something: all clocks stand still until the answer."""
    return speak(
        case,
        "ask_consumer",
        actor=actor,
        body=body,
        uploads=uploads,
        submission_key=submission_key,
    )
