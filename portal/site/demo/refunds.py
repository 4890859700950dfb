"""Refunds of the sample cases, in several states, by the same verbs and a little after."""

import uuid
from contextlib import suppress
from datetime import timedelta

from django.utils import timezone

from disputes import actions, moment
from disputes.models import Case
from portal.accounts.actor import Actor
from portal.accounts.models import Membership, Role

REASON = "案件里已同意退款。"


def make() -> int:
    """In turn: waiting for approval, waiting for execution, executed, agreed only; how many."""
    people = {role: _somebody(role) for role in (Role.SUPPORT, Role.SUPERVISOR, Role.OPERATIONS)}
    agreed = Case.objects.filter(agreed_minor__isnull=False, payment__isnull=False)
    made = 0
    for turn, case in enumerate(agreed.order_by("-agreed_minor", "pk")):
        if turn % 4 == 3 or None in people.values():
            continue  # nobody has proposed it yet
        with suppress(actions.Refused):
            _live(case, people, turn % 4)
            made += 1
    return made


def _somebody(role: str) -> Actor | None:
    member = Membership.objects.active().filter(role=role).order_by("pk").first()
    return Actor.member(member) if member else None


def _live(case: Case, people: dict, far: int) -> None:
    at = min((case.closed_at or case.opened_at) + timedelta(minutes=20), timezone.now())
    with moment.at(at):
        refund = actions.propose_refund(
            case,
            actor=people[Role.SUPPORT],
            amount_minor=case.agreed_minor,
            reason=REASON,
            submission_key=uuid.uuid5(case.public_id, "refund"),
            proved_at=timezone.now(),
        )
    refund.refresh_from_db()
    if far and refund.state == refund.State.PROPOSED:
        with moment.at(at):
            actions.approve_refund(
                case,
                actor=people[Role.SUPERVISOR],
                amount_minor=refund.amount_minor,
                version=refund.version,
                proved_at=timezone.now(),
            )
    if far == 2:
        with moment.at(at):
            actions.note_executed(
                case,
                actor=people[Role.OPERATIONS],
                refund=refund.number,
                reference=f"{timezone.localtime(at):%m%d}{case.pk:08}",
            )
