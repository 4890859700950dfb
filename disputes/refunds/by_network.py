"""An approved proposal that is a step of the card network (E32, E74, a chargeback accepted): taken
with its approval, in the same transaction."""

from __future__ import annotations

from django.utils import timezone

from disputes import moment
from disputes.models import Case, Refund
from disputes.models.network import State as TrackState
from disputes.network import track
from disputes.policy import network as rules
from disputes.refunds import course
from portal.accounts.actor import Actor

CODES = {kind: code for code, kind in rules.PROPOSED_AS.items()}
State = Refund.State


def take_step(case: Case, refund: Refund, actor: Actor) -> None:
    """Nothing for what goes back another way. Raises WrongState with the guard that speaks against
    the step by now: then it is not approved either.

    What a file can tell of waits for it; a chargeback was told of by the network itself.
    """
    if refund.dispute_id is None:
        return
    row, code = track.locked(refund.dispute_id), CODES[refund.kind]
    amount = refund.amount_minor if rules.AMOUNT in rules.STEPS[code].asks else None
    track.follow(
        row, code, track.facts_of(row, amount_minor=amount, text=refund.reason), actor=actor
    )
    now = moment.now()
    done = {"executed_at": now, "due_on": course.arrives_on(now)}
    if row.state == TrackState.LOST:
        course.turn(
            case, refund, State.CONFIRMED, **done | {"due_on": timezone.localdate(now)},
            confirmed_at=now,
        )  # fmt: skip
    else:
        course.turn(case, refund, State.EXECUTED, **done)
    case.save(update_fields=["refund_waits"])
