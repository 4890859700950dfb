"""What `resolve` and `reject` have in common: an answer to the customer, a reason, the end."""

import uuid

from django.utils.translation import gettext as _

from disputes import policy
from disputes.actions.speak import speak
from disputes.errors import Invalid
from disputes.models import Case, Message
from disputes.policy.table import Step
from portal.accounts.actor import Actor


def close(
    case, verb: str, *, actor: Actor, body: str, closing_reason: str, submission_key: uuid.UUID
) -> Message:
    def give_reason(row: Case, step: Step) -> tuple[dict, dict]:
        if closing_reason not in dict(policy.closing_reasons(row.kind, verb)):
            raise Invalid("closing_reason", _("请选择一个结果。"))
        row.closing_reason = closing_reason
        return {}, {"closing_reason": closing_reason}

    return speak(
        case, verb, actor=actor, body=body, submission_key=submission_key, change=give_reason
    )
