import uuid

from disputes.actions.close import close
from disputes.models import Message
from portal.accounts.actor import Actor


def reject(
    case,
    *,
    actor: Actor,
    body: str,
    closing_reason: str,
    root_cause: str,
    submission_key: uuid.UUID,
    uploads=(),
) -> Message:
    """Close the case without granting what was asked; `body` says why.

    `closing_reason` is one of `policy.closing_reasons(case.kind, "reject")`.
    """
    return close(
        case,
        "reject",
        actor=actor,
        body=body,
        closing_reason=closing_reason,
        root_cause=root_cause,
        submission_key=submission_key,
        uploads=uploads,
    )
