"""The extension of a limit that waits for its second person."""

from datetime import datetime

from django.utils.translation import gettext as _

from disputes import clocks, in_app, moment
from disputes.clock_state import ClockState
from disputes.errors import Invalid
from disputes.models import Case, Extension
from disputes.policy import limits
from disputes.policy.limits import Limit


def extendable(case) -> ClockState | None:
    """The clock that more time may be asked for: not missed, the next to run out."""
    states = [
        state
        for state in clocks.live(case).values()
        if state.clock in limits.EXTENDED_TO and state.state != clocks.MISSED and state.due_at
    ]
    return min(states, key=lambda each: each.due_at or moment.now(), default=None)


def new_limit(state: ClockState, amount: int | None, now_limit: Limit) -> Limit:
    """The whole limit of the clock with `amount` days. Raises Invalid("extend_to")."""
    most = Limit.read(limits.EXTENDED_TO[state.clock])
    if type(amount) is not int or not now_limit.amount < amount <= most.amount:
        raise Invalid(
            "extend_to",
            _("请填总共多少天：比现在的 %(now)s 多，最多 %(most)s。")
            % {"now": now_limit.amount, "most": most.amount},
        )
    return Limit(amount, most.unit)


def limit_of(case, state: ClockState) -> Limit:
    """What counts now: the run's last extension, else what it began with, else the policy's."""
    own = [
        event.limit
        for event in clocks.events_of(case)
        if (event.clock, event.run) == (state.clock, state.run) and event.limit
    ]
    return Limit.read(own[-1] if own else case.policy.limits[state.clock])


def due_with(case, extension: Extension) -> datetime | None:
    """When the clock would run out with what is asked for."""
    state = clocks.live(case).get(extension.clock)
    return clocks.due_of(state.intervals, Limit.read(extension.limit)) if state else None


def waiting(case) -> Extension | None:
    if case.extension_by_id is None:
        return None
    return case.extensions.select_related("asked_by").get(answer=Extension.Answer.WAITING)


def lapse(row: Case) -> None:
    """Closed, a case needs no more time; the row is its caller's to save."""
    if row.extension_by_id is not None:
        Extension.objects.filter(case=row, answer=Extension.Answer.WAITING).update(
            answer=Extension.Answer.LAPSED, answered_at=moment.now()
        )
        in_app.settled(row, "extension_asked")
        row.extension_by = None
