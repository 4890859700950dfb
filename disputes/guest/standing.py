"""Where a case is, in one sentence: who is to act until when. It stands on the band."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from disputes import clocks, moment, policy
from disputes.clocks import MISSED, PAUSED, ClockState
from disputes.deadline import by
from disputes.models.case import Stage, Status
from disputes.policy import limits
from disputes.policy.parties import institution_name
from portal import moments, money


@dataclass(frozen=True)
class Standing:
    lead: str  # 现在等商户答复
    sentence: str  # 商户应在 11月24日 14:05 前答复您
    chip: str  # 还剩 20 小时 12 分; "" for none
    chip_state: str  # running | paused | missed | met
    note: str = ""


def of(case, states: list[ClockState], now=None) -> Standing:
    now = now or moment.now()
    if not case.is_open:
        return _closed(case, states)
    if case.offered_minor is not None:
        offered = money.text(case.offered_minor, case.payment.currency)
        return Standing(
            _("现在等您答复"),
            _("商户提出退您 %(offered)s") % {"offered": offered},
            _("已暂停·等您答复") if case.status == Status.WAITING_CONSUMER else "",
            "paused",
            _("等您的时间不计入对方的时限。") if case.status == Status.WAITING_CONSUMER else "",
        )
    if case.status == Status.WAITING_CONSUMER:
        return Standing(
            _("现在等您补充"),
            _("请回答下面的问题，我们好接着办"),
            _("已暂停·等您补充"),
            "paused",
            _("等您的时间不计入对方的时限。"),
        )
    clock = _telling(states)
    if clock is None:
        if case.stage == Stage.UPWARD:
            return Standing(_("正在处理"), _("上级正在处理"), "", "")
        name = institution_name() if case.stage == Stage.INSTITUTION else _("商户")
        return Standing(_("正在处理"), _("%(who)s正在处理") % {"who": name}, "", "")
    chip, state = _chip(clock)
    return Standing(*_sentences(case, clock), chip, state)


def _telling(states: list[ClockState]) -> ClockState | None:
    """The next promise to the customer. A slip that is late does not hide who answers when."""
    live = [(s.due_at, s) for s in states if not s.is_over and s.state != PAUSED and s.due_at]
    late_slip = [(due, s) for due, s in live if s.clock == limits.SLIP and s.state == MISSED]
    others = [each for each in live if each not in late_slip]
    first = min(others or late_slip, key=lambda each: each[0], default=None)
    return first[1] if first else None


def _chip(clock: ClockState) -> tuple[str, str]:
    if clock.state == MISSED:
        return _("超时 %(span)s") % {"span": moments.length(-clock.remaining)}, "missed"
    return _("还剩 %(span)s") % {"span": moments.length(clock.remaining)}, "running"


def _sentences(case, clock: ClockState) -> tuple[str, str]:
    values = {"when": by(clock.due_at), "institution": institution_name()}
    if clock.state == MISSED:
        return {
            limits.FIRST_REPLY: (
                _("商户没有按时答复"),
                _("正在转给%(institution)s处理") % values,
            ),
            limits.SETTLES: (_("商户没有按时办完"), _("正在转给%(institution)s处理") % values),
            limits.SLIP: (_("小票还没有补"), _("商户没有按时补小票，电子小票可以先用")),
            limits.FORWARDED: (
                _("%(institution)s的答复晚了") % values,
                _("%(institution)s没有按时答复您，您可以向上反映") % values,
            ),
            limits.FILE_REQUEST: (
                _("上级正在处理"),
                _("%(institution)s没有按时交材料") % values,
            ),
            limits.DECISION: (
                _("上级已作出决定"),
                _("%(institution)s没有按时执行，您可以向上反映") % values,
            ),
            limits.ANSWER: (
                _("%(institution)s的答复晚了") % values,
                _("%(institution)s没有按时答复您，您可以向上反映") % values,
            ),
        }[clock.clock]
    return {
        limits.SLIP: (_("现在等小票"), _("商户应在 %(when)s 前给您小票") % values),
        limits.FIRST_REPLY: (_("现在等商户答复"), _("商户应在 %(when)s 前答复您") % values),
        limits.SETTLES: (_("商户已答复，正在办"), _("商户应在 %(when)s 前办完") % values),
        limits.FORWARDED: (
            _("现在由%(institution)s处理") % values,
            _("%(institution)s应在 %(when)s 前答复您") % values,
        ),
        limits.FILE_REQUEST: (
            _("上级正在处理"),
            _("%(institution)s应在 %(when)s 前交材料") % values,
        ),
        limits.DECISION: (
            _("上级已作出决定"),
            _("%(institution)s应在 %(when)s 前执行") % values,
        ),
        limits.ANSWER: (
            _("现在由%(institution)s处理") % values,
            _("%(institution)s应在 %(when)s 前答复您") % values,
        ),
    }[clock.clock]


def answer_by(case) -> str:
    """Until when the institution answers if it takes over now."""
    limit = limits.Limit.read(case.policy.limits[limits.ANSWER])
    return by(clocks.after(moment.now(), limit))


def _closed(case, states: list[ClockState]) -> Standing:
    when = moments.clock(case.closed_at)
    if case.merged_into is not None:
        told = _("和案件 %(number)s 一并办理") % {"number": case.merged_into.number}
        return Standing(_("已并案"), told, "", "")
    if case.status == Status.WITHDRAWN:
        return Standing(_("%(when)s 结束") % {"when": when}, _("您撤回了申请"), "", "")
    verb = "resolve" if case.status == Status.RESOLVED else "reject"
    outcome = policy.closing_label(case)
    lead = _("%(when)s 办结") % {"when": when}
    told = _("有结果了：%(outcome)s") if verb == "resolve" else _("没有支持：%(outcome)s")
    sentence = told % {"outcome": outcome} if outcome else lead
    kept = all(state.kept for state in states)
    return Standing(lead, sentence, _("按时办完") if kept else "", "met" if kept else "")
