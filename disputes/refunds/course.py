"""The course of a refund past its approval: each turn in one place, with its event and its words.

Called under the lock of the case, inside the caller's transaction. The case's own steps
(disputes.actions) come in by the same doors, so that it does not matter who learned of it.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.utils import timezone

from disputes import clocks, in_app, messages_out, moment, money_back
from disputes.models import Case, Message, Refund
from disputes.models.message import Audience, Author
from disputes.policy import current_version as policy_in_force
from disputes.policy import limits, refund_limits
from disputes.policy.table import Notice
from portal import compiled_writes, money
from portal.accounts.actor import Actor
from portal.accounts.models import MERCHANT_ROLES
from receipts.models import Reversal

State = Refund.State
APPROVALS = ("refund_asked", "network_asked")  # the notices that ask supervisors for it

# What a case says of its refund that waits (`Case.refund_waits`), by the refund's state.
WAITS = {
    State.PROPOSED: "proposed",
    State.SENT: "under_way",
    State.UNKNOWN: "unknown",
}


def waits(refund: Refund) -> str:
    if refund.state == State.APPROVED:
        return "to_execute" if refund.gateway == Refund.Gateway.MANUAL else "under_way"
    if refund.state == State.PROPOSED and refund.dispute_id:
        return "network"
    return WAITS.get(State(refund.state), "")


def turn(case: Case, refund: Refund, state: str, **values) -> None:
    """Let the refund be in `state`; the case repeats what waits, and is its caller's to save."""
    answered = not refund._state.adding and refund.state == State.PROPOSED
    refund.state = state
    for name, value in values.items():
        setattr(refund, name, value)
    if refund._state.adding:
        compiled_writes.insert(refund)
    else:
        compiled_writes.update(refund)
    case.refund_waits = waits(refund)
    if answered:  # also by another version, of which the approvers hear anew
        in_app.settled(case, *APPROVALS)


def arrives_on(executed_at: datetime):
    """The day on which the money should be there, by the policy in force and the calendar."""
    limit = limits.Limit.read(policy_in_force().refund_limits[refund_limits.ARRIVES])
    return timezone.localdate(clocks.after(executed_at, limit) - timedelta(microseconds=1))


def hand_over(case: Case, refund: Refund) -> None:
    """It leaves the house now. Raises Refused where files took the room meanwhile."""
    money_back.hand_over(refund.key)
    turn(case, refund, State.SENT, sent_at=moment.now())


def confirmed(case: Case, refund: Refund, reversal: Reversal | None) -> None:
    """A file or feed told of it; executed by that at the latest."""
    money_back.confirm(refund.key, in_files=True)
    now = moment.now()
    at = refund.executed_at or (reversal.occurred_at if reversal else now)
    turn(
        case,
        refund,
        State.CONFIRMED,
        reversal=reversal,
        executed_at=at,
        due_on=refund.due_on or arrives_on(at),
        confirmed_at=now,
        next_at=None,
        error="",
    )


def by_itself(refund: Refund) -> dict:
    """For the trail: nobody did this, a gateway or a file told of it."""
    return {"actor": Actor.system("refunds"), "after": facts(refund), "at": moment.now()}


def tell(case: Case, refund: Refund, event: str, detail: str) -> None:
    """A line in the conversation, and word to both parties."""
    line = Message(
        case=case,
        author_kind=Author.SYSTEM,
        audience=Audience.ALL,
        event=event,
        body=detail,
        submission_key=uuid.uuid4(),
        created_at=moment.now(),
    )
    compiled_writes.insert(line)
    for party in ("consumer", "merchant"):
        messages_out.tell(case, Notice(party, event), refund.number)


def tell_proposer(case: Case, refund: Refund, text: str, key: str) -> None:
    """Whoever proposed it at the institution; a shop hears by the policy's table."""
    if refund.proposer_role not in MERCHANT_ROLES:
        link = messages_out.desk_address(case)
        messages_out.tell_users(case, [refund.proposed_by], text, link, key=key)


def executed(case: Case, refund: Refund, *, reference: str) -> None:
    """Whoever executes it says that it is done."""
    now = moment.now()
    money_back.carry_out(refund.key)
    turn(
        case,
        refund,
        State.EXECUTED,
        reference=reference,
        executed_at=now,
        due_on=arrives_on(now),
        next_at=None,
        error="",
    )


def failed(case: Case, refund: Refund, *, why: str = "", error: str = "") -> None:
    """It is certain that no money moved: what was set aside is free again."""
    money_back.release(refund.key)
    turn(
        case,
        refund,
        State.FAILED,
        ended_at=moment.now(),
        ended_why=why,
        error=error,
        next_at=None,
    )


def amount(refund: Refund) -> str:
    return money.text(refund.amount_minor, refund.currency)


def facts(refund: Refund) -> dict:
    """For the trail."""
    return {
        "refund": refund.number,
        "refund_kind": str(refund.kind),
        "amount_minor": refund.amount_minor,
        "version": refund.version,
        "refund_state": str(refund.state),
    }


def lapse(case: Case) -> None:
    """The case ended without agreement: its proposal waits no longer; the row is its caller's."""
    if case.refund_waits == "proposed":
        Refund.objects.filter(case=case, state=State.PROPOSED).update(
            state=State.WITHDRAWN, ended_at=moment.now(), ended_why="case_closed"
        )
        in_app.settled(case, *APPROVALS)
        case.refund_waits = ""
