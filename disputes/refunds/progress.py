"""A refund as steps of its case: agreed, approved, made, arrived; each in the words of whoever
reads, with the moment at which it was done or what it waits for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disputes import moment
from disputes.models import Case, Refund
from disputes.refunds import words
from portal import moments

State = Refund.State
Text = str | Promise

APPROVED, MADE, ARRIVED = "approved", "made", "arrived"
STEPS = (APPROVED, MADE, ARRIVED)
DONE, NOW, NEXT = "done", "now", "next"
# The step at which a refund of this state stands; nothing that was refused or taken back does.
STANDS_AT = {
    State.PROPOSED: APPROVED,
    State.APPROVED: MADE,
    State.SENT: MADE,
    State.UNKNOWN: MADE,
    State.FAILED: MADE,
    State.EXECUTED: ARRIVED,
    State.CONFIRMED: ARRIVED,
}


@dataclass(frozen=True)
class Called:
    """How one party calls the steps, and what each waits for."""

    titles: dict[str, Text]
    waits: dict[str, Text]  # the refund's state → words; "" while nobody has proposed it
    late: Text  # executed, its day is over, and no file has told of it


CONSUMER = Called(
    {
        APPROVED: _("批准退款"),
        MADE: _("退款送出"),
        ARRIVED: _("钱回到您原来付款的卡或钱包"),
    },
    {
        "": _("正在准备"),
        State.PROPOSED: _("正在审批"),
        State.APPROVED: _("正在办理"),
        State.SENT: _("正在办理"),
        State.UNKNOWN: _("正在核实结果"),
        State.FAILED: _("没有办成，钱没有动，我们会接着处理"),
        State.EXECUTED: _("在路上"),
        State.CONFIRMED: _("核对无误"),
    },
    _("应该到了；没收到请在这一页告诉我们"),
)
MERCHANT = Called(
    {APPROVED: _("支付机构批准"), MADE: _("支付机构办理"), ARRIVED: _("客户收到")},
    {
        "": _("还没有提出"),
        State.PROPOSED: _("等支付机构批准"),
        State.APPROVED: _("正在办理"),
        State.SENT: _("正在办理"),
        State.UNKNOWN: _("正在核实结果"),
        State.FAILED: _("没有退成"),
        State.EXECUTED: _("在路上"),
        State.CONFIRMED: _("对账已确认"),
    },
    _("应该到了，对账还没有确认"),
)
STAFF = Called(
    {APPROVED: _("第二个人批准"), MADE: _("执行"), ARRIVED: _("到账，文件确认")},
    {
        "": _("还没有提出"),
        State.PROPOSED: _("等批准"),
        State.APPROVED: _("等执行"),
        State.SENT: _("等收单方的结果"),
        State.UNKNOWN: _("结果不明，在查"),
        State.FAILED: _("没有退成"),
        State.EXECUTED: _("等对账文件"),
        State.CONFIRMED: _("文件已确认"),
    },
    _("过了到账的日子，还没有文件确认"),
)


@dataclass(frozen=True)
class Step:
    title: Text
    state: str  # done | now | next
    told: tuple[Text, ...]


def of(case: Case, refunds: Sequence[Refund], called: Called) -> list[Step]:
    """Of the refund that counts, the newest that may still come about, else what was agreed on the
    case. Nothing where neither is there; and for a customer nothing before it is promised."""
    # What goes through the card network has a track of its own.
    ours = [each for each in refunds if each.dispute_id is None]
    found = next((each for each in reversed(ours) if State(each.state) in STANDS_AT), None)
    promised = case.agreed_minor or (found and found.state != State.PROPOSED)
    if not promised and (found is None or called is CONSUMER):
        return []
    here = STEPS.index(STANDS_AT[State(found.state)]) if found else 0
    arrived = found is not None and found.state == State.CONFIRMED
    steps = []
    for place, name in enumerate(STEPS):
        state = DONE if place < here or arrived else NOW if place == here else NEXT
        steps.append(Step(called.titles[name], state, _told(name, state, found, called)))
    return steps


def _told(name: str, state: str, refund: Refund | None, called: Called) -> tuple[Text, ...]:
    if state == NEXT:
        return ()
    waits = called.waits[State(refund.state) if refund else ""]
    if refund is None or name != ARRIVED:
        at = refund and {APPROVED: refund.approved_at, MADE: refund.executed_at}[name]
        return (moments.clock(at),) if state == DONE and at else (waits,)
    if state == DONE and refund.confirmed_at:
        return (waits, moments.clock(refund.confirmed_at))
    if refund.due_on is not None and refund.due_on < timezone.localdate(moment.now()):
        waits = called.late
    return tuple(filter(None, (waits, words.arrival(refund))))
