"""The customer tells that they have gone further up themselves: a line of the register."""

from dataclasses import replace

from django.db import transaction

from disputes import register
from disputes.actions.step import allowed_step, follow, show, take
from disputes.models import UpwardEntry
from disputes.register import Line, What
from portal.accounts.actor import Actor


@transaction.atomic
def say_gone_up(case, *, actor: Actor, line: Line) -> UpwardEntry:
    """To whom and when, as they say it. Nothing else follows: what comes from there is entered when
    it comes. Said twice it is one line. Raises Invalid("up_party" | "up_on" | "up_reference").
    """
    row, role = take(case, actor, "say_gone_up")
    line = replace(line, what=What.GONE_UP, way="", answers=0, file=0, due_on=None)
    if done := register.earlier(row, line, register.TOLD):
        return done
    step = allowed_step(row, actor, role, "say_gone_up")
    said = row.upward.filter(direction=register.TOLD, party=line.party)
    if line.on is not None and (done := said.filter(on=line.on).first()):
        return done
    entry = register.enter(row, register.TOLD, line, actor=actor)
    follow(
        row,
        step,
        actor=actor,
        key=line.submission_key.hex,
        facts=register.facts(entry),
        personal=register.personal(entry),
        detail=str(entry.party),
    )
    show(case, row)
    return entry
