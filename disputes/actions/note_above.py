"""Something came from above: a line of the register, with its own day and, where it wants
something of us, its own clock. A forwarded complaint is `note_forwarded`."""

from dataclasses import replace

from django.db import transaction

from disputes import register
from disputes.actions.step import allowed_step, follow, show, take
from disputes.models import UpwardEntry
from disputes.policy import limits
from disputes.register import Line, What
from portal.accounts.actor import Actor


def note_accepted(case, *, actor: Actor, line: Line) -> UpwardEntry:
    """Somebody above has taken the matter up; it lies with them. A closed case stays closed."""
    return _came(case, actor, "note_accepted", replace(line, what=What.ACCEPTED))


def note_request(case, *, actor: Actor, line: Line) -> UpwardEntry:
    """Somebody above asks for the case's file; a clock runs from that day until it is sent."""
    return _came(
        case, actor, "note_request", replace(line, what=What.FILE_REQUEST), limits.FILE_REQUEST
    )


def note_decision(case, *, actor: Actor, line: Line) -> UpwardEntry:
    """Somebody above has decided: the case is the institution's again, which carries it out. A
    decision that comes after a deadline, ours or its own, is entered all the same: what was late
    stays late."""
    return _came(case, actor, "note_decision", replace(line, what=What.DECISION), limits.DECISION)


def note_reply(case, *, actor: Actor, line: Line) -> UpwardEntry:
    """Any other letter from above: nothing follows from it."""
    what = line.what if line.what in (What.ANSWER, What.OTHER) else What.OTHER
    return _came(case, actor, "note_reply", replace(line, what=what))


@transaction.atomic
def _came(case, actor: Actor, verb: str, line: Line, clock: str = "") -> UpwardEntry:
    row, role = take(case, actor, verb)
    if done := register.earlier(row, line, register.IN):
        return done
    step = allowed_step(row, actor, role, verb)
    entry = register.enter(row, register.IN, line, actor=actor)
    if entry.what == What.FILE_REQUEST:
        row.requests_waiting += 1
    elif entry.what == What.DECISION:
        row.requests_waiting = 0  # what was asked for before it is asked for no more
    follow(
        row,
        step,
        actor=actor,
        key=line.submission_key.hex,
        facts=register.facts(entry),
        personal=register.personal(entry),
        detail=str(entry.party),
        since={clock: register.first_moment(entry.on)} if clock else None,
        named=register.named(entry),
    )
    show(case, row)
    return entry
