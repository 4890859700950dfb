"""A proposal of a step of the card network that the rules no longer allow: its day has passed, or
the network was quicker. Nobody could approve it any more, so it ends by itself, and whoever
proposed it hears."""

from __future__ import annotations

from django.db import transaction

from disputes import messages_out, moment
from disputes.actions.step import follow
from disputes.models import Case, NetworkDispute, Refund
from disputes.network import track
from disputes.policy import network as rules
from disputes.policy.refunding import EXPIRE_NETWORK
from disputes.refunds import course
from disputes.refunds.by_network import CODES
from disputes.refunds.words import SHUT, TOO_LATE
from portal.accounts.actor import Actor
from portal.one_by_one import one_by_one

ACTOR = Actor.system("clocks")


def sweep() -> int:
    """How many ended."""
    waiting = Refund.objects.filter(
        state=Refund.State.PROPOSED,
        dispute__isnull=False,
        case__locked_at=None,
        case__erased_at=None,
    )
    due = waiting.order_by("pk").values_list("pk", flat=True)
    return one_by_one(due, look_at, "network_expiry_failed", "refund")


@transaction.atomic
def look_at(pk: int) -> bool:
    """Under the locks of an approval, in its order: the case, the payment, the track."""
    known = Refund.objects.only("case_id", "dispute_id").get(pk=pk)
    if known.dispute_id is None:
        return False
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("policy", "organisation", "assignee")
        .get(pk=known.case_id)
    )
    row = track.locked(known.dispute_id)
    refund = Refund.objects.select_for_update(of=("self",)).select_related("proposed_by").get(pk=pk)
    if refund.state != Refund.State.PROPOSED or not (why := _why(row, refund)):
        return False
    course.turn(case, refund, Refund.State.WITHDRAWN, ended_at=moment.now(), ended_why=why)
    follow(case, EXPIRE_NETWORK, actor=ACTOR, key=refund.number, facts=course.facts(refund))
    link, people = messages_out.desk_address(case), [refund.proposed_by]
    messages_out.tell_users(case, people, "network_expired", link, key=refund.number)
    return True


def _why(row: NetworkDispute, refund: Refund) -> str:
    """What of the track itself speaks against the step; "" where it may still be approved. What is
    left of the payment is no reason: it may grow again."""
    rule, facts = rules.STEPS[CODES[refund.kind]], track.facts_of(row)
    late = "in time" in rule.guards and not rules.GUARDS["in time"].holds(row, facts)
    if late or _was_missed(row, rule):
        return TOO_LATE
    is_shut = row.state not in rule.states or rules.shut_by(row, rule.code, facts)
    return SHUT if is_shut else ""


def _was_missed(row: NetworkDispute, rule: rules.NetworkStepRule) -> bool:
    """The sweep of the deadlines came first, and the clock has moved the track already."""
    if row.state in rule.states:
        return False
    newest = row.steps.order_by("-pk").first()
    return newest is not None and newest.code == rules.MISSED
