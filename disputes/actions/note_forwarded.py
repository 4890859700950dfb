from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from disputes import moment, register, words
from disputes.actions.step import allowed_step, follow, new_key, show, take
from disputes.errors import Invalid
from disputes.models.upward import Route
from disputes.policy import limits
from portal.accounts.actor import Actor

LONGEST = 60
AGO = timedelta(days=60)  # no limit of such a complaint is longer


@transaction.atomic
def note_forwarded(
    case, *, actor: Actor, on: date | None, reference: str, due_on: date | None = None
) -> None:
    """The central bank's branch has sent this complaint to us `on` a day, under its number there:
    the institution has it, and a clock of its own counts from that day; `due_on` is the last day
    where the letter names one itself.

    Raises Invalid("forwarded_on" | "forwarded_ref" | "forwarded_due").
    """
    row, role = take(case, actor, "note_forwarded")
    step = allowed_step(row, actor, role, "note_forwarded")
    today = timezone.localdate(moment.now())
    if on is None or not today - AGO <= on <= today:
        raise Invalid("forwarded_on", _("请填收到转办的日期：今天或之前，60 天以内。"))
    reference = words.one_line(reference, LONGEST)
    if not reference:
        raise Invalid("forwarded_ref", _("请填转办单上的编号。"))
    if due_on is not None and not on <= due_on <= on + register.LONGEST_NAMED:
        raise Invalid("forwarded_due", register.named_day_wrong())
    row.forwarded_on, row.forwarded_ref = on, reference
    came = register.Line(
        what=register.What.FORWARDED,
        party=Route.CENTRAL_BANK,
        way=register.Way.SYSTEM,
        on=on,
        due_on=due_on,
        reference=reference,
    )
    entry = register.enter(row, register.IN, came, actor=actor)
    follow(
        row,
        step,
        actor=actor,
        key=new_key(),
        facts={"forwarded_on": on.isoformat(), "forwarded_ref": reference, **_due(due_on)},
        detail=on.isoformat(),
        since={limits.FORWARDED: register.first_moment(on)},
        named=register.named(entry),
    )
    show(case, row)


def _due(day: date | None) -> dict[str, str]:
    return {"due_on": day.isoformat()} if day else {}
