"""Something went up: a line of the register."""

from django.db import transaction
from django.utils.translation import gettext as _

from disputes import register
from disputes.actions.step import allowed_step, follow, show, take
from disputes.errors import Invalid, WrongState
from disputes.models import UpwardEntry
from disputes.policy import limits
from disputes.register import Line
from portal.accounts.actor import Actor


@transaction.atomic
def note_sent(case, *, actor: Actor, line: Line) -> UpwardEntry:
    """What went, to whom, when and by which way. An answer to a request for the file is
    `answer_request`. Raises Invalid, naming the field."""
    row, role = take(case, actor, "note_sent")
    if done := register.earlier(row, line, register.OUT):
        return done
    step = allowed_step(row, actor, role, "note_sent")
    entry = register.enter(row, register.OUT, line, actor=actor)
    asked = entry.answers is not None and entry.answers.what == register.What.FILE_REQUEST
    if asked and row.requests_waiting:
        raise Invalid("up_answers", _("交调取的材料请用“登记材料已交”。"))
    _follow(row, step, entry, actor)
    show(case, row)
    return entry


@transaction.atomic
def answer_request(case, *, actor: Actor, line: Line) -> UpwardEntry:
    """The file that somebody above asked for has gone to them: that clock stops; where another
    request waits it goes on with that one, from its own day."""
    row, role = take(case, actor, "answer_request")
    if done := register.earlier(row, line, register.OUT):
        return done
    step = allowed_step(row, actor, role, "answer_request")
    open_ones = register.waiting(row)
    entry = register.enter(row, register.OUT, line, actor=actor)
    if entry.answers not in open_ones:
        raise WrongState(_("这件调取已经交过材料了。"))
    row.requests_waiting = len(open_ones) - 1
    left = [each for each in open_ones if each != entry.answers]
    since = {limits.FILE_REQUEST: register.first_moment(left[0].on)} if left else None
    named = register.named(left[0]) if left else None
    _follow(row, step, entry, actor, since=since, named=named)
    show(case, row)
    return entry


def _follow(row, step, entry: UpwardEntry, actor: Actor, since=None, named=None) -> None:
    follow(
        row,
        step,
        actor=actor,
        key=entry.submission_key.hex,
        facts=register.facts(entry),
        personal=register.personal(entry),
        since=since,
        named=named,
    )
