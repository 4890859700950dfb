import uuid

from disputes.actions.close import close
from disputes.models import Message
from portal.accounts.actor import Actor


def resolve(
    case,
    *,
    actor: Actor,
    body: str,
    closing_reason: str,
    root_cause: str,
    submission_key: uuid.UUID,
    uploads=(),
    agreed_minor: int | None = None,
) -> Message:
    """Close the case in the customer's favour or with an explanation; `body` tells the outcome.

    `closing_reason` is one of `policy.closing_reasons(case.kind, "resolve")`, `root_cause` one of
    `policy.causes.LABELS`. Where that is the
    kind's `agrees`, `agreed_minor` fen shall go back: what was asked for (or all) when None, a part
    when less.
    """
    return close(
        case,
        "resolve",
        actor=actor,
        body=body,
        closing_reason=closing_reason,
        root_cause=root_cause,
        submission_key=submission_key,
        uploads=uploads,
        agreed_minor=agreed_minor,
    )
