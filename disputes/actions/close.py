"""What `resolve` and `reject` have in common: an answer to the customer, a
reason, the root cause, the end."""

import uuid

from django.utils.translation import gettext as _

from disputes import money_back, offers, policy
from disputes.actions.speak import speak
from disputes.errors import Invalid
from disputes.models import Case, Message
from disputes.policy import causes
from disputes.policy.table import Step
from portal.accounts.actor import Actor
from receipts.models import Payment


def close(
    case,
    verb: str,
    *,
    actor: Actor,
    body: str,
    closing_reason: str,
    root_cause: str,
    submission_key: uuid.UUID,
    uploads=(),
    agreed_minor: int | None = None,
) -> Message:
    def give_reason(row: Case, step: Step) -> tuple[dict, dict]:
        if closing_reason not in dict(policy.closing_reasons(row, verb)):
            words = _("这类案件没有这个结果。") if closing_reason else _("请选择一个结果。")
            raise Invalid("closing_reason", words)
        if root_cause not in causes.LABELS:
            raise Invalid("root_cause", _("请选择根本原因；查不出来也请选一项。"))
        row.closing_reason, row.root_cause = closing_reason, root_cause
        facts = {"closing_reason": closing_reason, "root_cause": root_cause}
        if closing_reason == policy.of(row).agrees and row.payment_id is not None:
            row.agreed_minor = _agreed(row, agreed_minor)
            return {}, {**facts, "agreed_minor": row.agreed_minor}
        return {}, facts

    return speak(
        case,
        verb,
        actor=actor,
        body=body,
        uploads=uploads,
        submission_key=submission_key,
        change=give_reason,
    )


def _agreed(row: Case, minor: int | None) -> int:
    payment = Payment.objects.select_for_update(of=("self",)).get(pk=row.payment_id)
    left = money_back.left_minor(payment)
    agreed = (row.requested_minor or left) if minor is None else minor
    offers.check(agreed, payment, field="amount_resolve")
    return agreed
