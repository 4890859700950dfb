import uuid

from disputes.actions.close import close
from disputes.models import Message
from portal.accounts.actor import Actor


def resolve(
    case, *, actor: Actor, body: str, closing_reason: str, submission_key: uuid.UUID
) -> Message:
    """Close the case in the customer's favour or with an explanation; `body` tells the outcome.

    `closing_reason` is one of `policy.closing_reasons(case.kind, "resolve")`.
    """
    return close(
        case,
        "resolve",
        actor=actor,
        body=body,
        closing_reason=closing_reason,
        submission_key=submission_key,
    )
