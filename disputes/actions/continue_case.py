import uuid

from disputes.actions.speak import speak
from disputes.models import Case, Message
from disputes.policy.table import Step
from portal.accounts.actor import Actor


def continue_case(
    case, *, actor: Actor, body: str, uploads=(), submission_key: uuid.UUID
) -> Message:
    """The customer takes a closed case up again, within 30 days: the institution has it then."""
    return speak(
        case,
        "continue_case",
        actor=actor,
        body=body,
        uploads=uploads,
        submission_key=submission_key,
        change=_unclose,
    )


def _unclose(row: Case, step: Step) -> tuple[dict, dict]:
    before = {"closing_reason": row.closing_reason, "continued": row.continued}
    if row.agreed_minor is not None:
        before["agreed_minor"] = row.agreed_minor
    row.closing_reason, row.agreed_minor = "", None
    return before, {"continued": row.continued + step.repeat}
