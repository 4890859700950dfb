"""Where a case stands on its way, and what happens next by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from disputes import clocks, policy
from disputes.clocks import ClockState
from disputes.models import Case
from disputes.models.case import Stage
from disputes.policy import limits


@dataclass(frozen=True)
class Station:
    name: str | Promise
    what: str
    reached: bool
    current: bool


def stations(case: Case) -> list[Station]:
    """Merchant, institution, beyond; a case that no merchant takes part in begins at the second."""
    order = [Stage.MERCHANT, Stage.INSTITUTION, Stage.UPWARD]
    words = {
        Stage.MERCHANT: (_("商户"), _("先答复，再办完")),
        Stage.INSTITUTION: (
            _("机构"),
            _("%(limit)s内答复")
            % {"limit": limits.Limit.read(case.policy.limits[limits.ANSWER]).words},
        ),
        Stage.UPWARD: (_("人民银行、调解、法院"), _("机构答复后，客户要求时")),
    }
    here = order.index(Stage(case.stage))
    first = 0 if case.organisation_id else 1
    return [
        Station(*words[stage], reached=place <= here, current=place == here)
        for place, stage in enumerate(order)
        if place >= min(first, here)
    ]


@dataclass(frozen=True)
class NextStep:
    """`what` names the sentence in next_step.html; `when` stands in it."""

    what: str
    when: datetime | None = None


def of(case: Case, states: list[ClockState], state: ClockState | None) -> NextStep | None:
    """What comes if nobody does anything."""
    if case.merged_into_id is not None:
        return None
    if not case.is_open:
        until = policy.continue_until(case)
        return NextStep("continue", until) if until else None
    if state is None:
        return None
    if state.stands_still:
        return NextStep("paused")
    escalating = [
        (s.due_at, s.clock)
        for s in states
        if s.clock in policy.ESCALATING and s.state == clocks.RUNNING and s.due_at
    ]
    if escalating:
        when, clock = min(escalating)
        return NextStep(clock, when)
    if state.state == clocks.MISSED:
        return NextStep("missed")
    return NextStep(state.clock, state.due_at)
