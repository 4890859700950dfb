"""The steps of a case with their dates: what happened, what is now, what comes and by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from disputes import clocks
from disputes.clocks import MISSED, PAUSED, ClockState
from disputes.deadline import by
from disputes.models import Refund
from disputes.models.case import Status
from disputes.models.clock import ClockEvent
from disputes.models.message import Author
from disputes.policy import limits
from disputes.policy.limits import Limit
from disputes.policy.parties import institution_name
from disputes.refunds import progress
from portal import moments, money
from portal.accounts.models import MERCHANT_ROLES

DONE, NOW, NEXT = "done", "now", "next"
AT_MERCHANT = (limits.SLIP, limits.FIRST_REPLY, limits.SETTLES)
DECIDED = {"resolved", "rejected"}


@dataclass
class Line:
    title: str
    state: str  # done | now | next
    told: list[str]


def of(case, states: list[ClockState], refunds: Sequence[Refund] = ()) -> list[Line]:
    """In the order in which things happen: submitted, shop, institution, outcome, money back."""
    house = institution_name()
    latest = {state.clock: state for state in states}  # the last run of each
    endings = {e.clock: e for e in clocks.events_of(case) if e.what == ClockEvent.What.STOP}
    stopped = [clock for clock in AT_MERCHANT if clock in endings]
    for clock in [each for each in stopped if _over_the_shop(case, endings[each], refunds)]:
        latest.pop(clock, None)  # the shop neither answered nor settled
    lines = [Line(_("您提交了申请"), DONE, [moments.clock(case.opened_at)])]
    for clock in AT_MERCHANT:
        if clock in latest and not latest[clock].was_left:
            lines.append(_line(latest[clock], endings.get(clock), house))
    handed = [
        e for e in endings.values() if e.clock in AT_MERCHANT and e.reason in clocks.HANDED_OVER
    ]
    if handed:
        lines.append(_handed_over(handed[0], house))
    answer = latest.get(limits.ANSWER)
    if answer is None:
        lines.append(_institution_later(case, house))
    elif not answer.was_left:
        lines.append(_line(answer, endings.get(limits.ANSWER), house))
    going_back = [
        Line(str(step.title), NEXT if step.state == NOW else step.state, [*map(str, step.told)])
        for step in progress.of(case, refunds, progress.CONSUMER)
    ]
    if not case.is_open:
        lines = [*(line for line in lines if line.state == DONE), _outcome(case)]
    lines += going_back
    _mark_now(lines)
    return lines


def _over_the_shop(case, ending: ClockEvent, refunds: Sequence[Refund]) -> bool:
    """The institution decided while the shop's clock ran: nothing of the shop's was done then."""
    if ending.reason == "refund_approved":
        let_go = [each for each in refunds if each.approved_at and each.approved_at <= ending.at]
        return bool(let_go) and let_go[-1].proposer_role not in MERCHANT_ROLES
    if ending.reason not in DECIDED:
        return False
    deciding = case.messages.filter(event=ending.reason, created_at__lte=ending.at).last()
    return deciding is not None and deciding.author_kind == Author.INSTITUTION


def _mark_now(lines: list[Line]) -> None:
    following = [line for line in lines if line.state == NEXT]
    if following:
        following[0].state = NOW
    for line in following[1:]:
        del line.told[1:]  # what was paused is told once


def _title(clock: str, house: str) -> str:
    return {
        limits.SLIP: _("给您小票"),
        limits.FIRST_REPLY: _("商户答复您"),
        limits.SETTLES: _("商户办完"),
        limits.ANSWER: _("%(institution)s答复") % {"institution": house},
    }[clock]


def _line(state: ClockState, ending: ClockEvent | None, house: str) -> Line:
    title = _title(state.clock, house)
    if state.is_over and ending is not None:
        told = [moments.clock(ending.at)]
        if state.clock == limits.SLIP:
            told.append(str(clocks.REASONS[ending.reason]))
        return Line(title, DONE, told)
    told = [_deadline(state, house)]
    paused = sum(
        (s.end - s.start for s in state.intervals if s.kind == PAUSED and s.end), timedelta()
    )
    if paused >= timedelta(minutes=1) and not state.by_days:
        told.append(_("等您补充的 %(span)s没算在内。") % {"span": moments.length(paused)})
    if state.is_provisional:
        told.append(_("节假日安排公布后可能会变。"))
    return Line(title, NEXT, told)


def _deadline(state: ClockState, house: str) -> str:
    if state.state == PAUSED:
        return _("时限已暂停，您补充后接着算。")
    values = {"when": by(state.due_at), "institution": house}
    if state.state == MISSED:
        return _("应在 %(when)s 前，已超时。") % values
    if state.clock == limits.SETTLES:
        return _("最迟 %(when)s，到时自动转%(institution)s") % values
    return _("最迟 %(when)s。") % values


def _handed_over(ending: ClockEvent, house: str) -> Line:
    title = _("转给%(institution)s") % {"institution": house}
    why = {
        "escalated_by_consumer": _("您请它处理，不再等商户"),
        "escalated_by_institution": _("由它接手"),
        "escalated_by_time": _("商户没有按时办，自动转来"),
        "escalated_for_nobody": _("商户现在没有人能答复"),
    }[ending.reason]
    return Line(title, DONE, [moments.clock(ending.at), why])


def _institution_later(case, house) -> Line:
    limit = Limit.read(case.policy.limits[limits.ANSWER])
    told = _("转来后 %(limit)s内。") % {"limit": limit.words}
    return Line(_title(limits.ANSWER, house), NEXT, [told])


def _outcome(case) -> Line:
    title = {
        Status.RESOLVED: _("已办结"),
        Status.REJECTED: _("没有支持"),
        Status.WITHDRAWN: _("您撤回了申请"),
        Status.MERGED: _("并入另一件案件"),
    }[case.status]
    told = [moments.clock(case.closed_at)]
    if case.agreed_minor:
        amount = money.text(case.agreed_minor, case.payment.currency if case.payment else "CNY")
        told.append(_("同意退您 %(amount)s") % {"amount": amount})
    return Line(title, DONE, told)
