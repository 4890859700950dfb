"""What a refund is called, by who reads it: each state in the words of each party."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disputes.models import Refund
from portal import moments, money

State = Refund.State

STAFF = {
    State.PROPOSED: gettext_lazy("等另一个人批准"),
    State.APPROVED: gettext_lazy("已批准，等执行"),
    State.SENT: gettext_lazy("已送到收单方，等结果"),
    State.UNKNOWN: gettext_lazy("结果不明，正在向收单方查询；查清以前不会再送一笔"),
    State.EXECUTED: gettext_lazy("已执行，等对账文件确认"),
    State.CONFIRMED: gettext_lazy("对账文件已确认"),
    State.FAILED: gettext_lazy("没有退成，钱没有动"),
    State.REFUSED: gettext_lazy("没有批准"),
    State.WITHDRAWN: gettext_lazy("提案已撤回"),
}
MERCHANT = {
    State.PROPOSED: gettext_lazy("等支付机构批准"),
    State.APPROVED: gettext_lazy("已批准，支付机构正在办理"),
    State.SENT: gettext_lazy("正在办理"),
    State.UNKNOWN: gettext_lazy("正在核实结果，请不要在终端上再退一次"),
    State.EXECUTED: gettext_lazy("已退给客户，等对账确认"),
    State.CONFIRMED: gettext_lazy("已退给客户，对账已确认"),
    State.FAILED: gettext_lazy("没有退成，钱没有动"),
    State.REFUSED: gettext_lazy("没有批准"),
    State.WITHDRAWN: gettext_lazy("已撤回"),
}
# A customer hears of a refund once it is approved: before that, nothing is promised.
CONSUMER = {
    State.APPROVED: gettext_lazy("已批准，正在办理"),
    State.SENT: gettext_lazy("正在办理"),
    State.UNKNOWN: gettext_lazy("正在办理，我们在核实结果"),
    State.EXECUTED: gettext_lazy("已经退回原来付款的卡或钱包"),
    State.CONFIRMED: gettext_lazy("已经退回，核对无误"),
    State.FAILED: gettext_lazy("没有办成，钱没有动，我们会接着处理"),
}
# Of an unknown outcome what the gateway's answer said otherwise, for whoever is to look into it.
OTHERWISE = {
    "another amount": gettext_lazy("收单方回的金额不一样，没有当作办成；请马上向收单方核实"),
    "another card": gettext_lazy("收单方说退到了另一张卡，没有当作办成；请马上向收单方核实"),
    "another payment": gettext_lazy("收单方说退的是另一笔消费，没有当作办成；请马上向收单方核实"),
}
# Why a refund was not made (`Refund.error`), where no gateway said so.
NO_ROOM = "no_room"
# Why a proposal ended by itself (`Refund.ended_why`).
CASE_CLOSED, TOO_LATE, SHUT = "case_closed", "too_late", "shut"
ENDED = {
    CASE_CLOSED: gettext_lazy("案件结束，提案作废"),
    TOO_LATE: gettext_lazy("时限已过，没有等到批准，提案作废"),
    SHUT: gettext_lazy("银联的进展使这一步不能再做，提案作废"),
}


@dataclass(frozen=True)
class Line:
    """One refund as one party calls it."""

    refund: Refund
    amount: str
    says: str | Promise
    arrival: str
    why: str


def lines(refunds, called: dict) -> tuple[Line, ...]:
    """Those of `refunds` that this party hears of at all."""
    return tuple(
        Line(
            each,
            amount(each),
            state(each, called),
            arrival(each),
            why(each) or (not_done(each) if called is STAFF else ""),
        )
        for each in refunds
        if State(each.state) in called
    )


def state(refund: Refund, words: dict) -> str | Promise:
    if words is STAFF and refund.state == State.UNKNOWN and refund.error in OTHERWISE:
        return OTHERWISE[refund.error]
    if refund.state == State.WITHDRAWN and refund.ended_why in ENDED:
        return ENDED[refund.ended_why]
    return words.get(State(refund.state), "")


def amount(refund: Refund) -> str:
    return money.text(refund.amount_minor, refund.currency)


def arrival(refund: Refund) -> str:
    """12月2日 周三前到账; "" while nobody can say."""
    if refund.due_on is None or refund.state not in {State.EXECUTED, State.CONFIRMED}:
        return ""
    return _("应在 %(day)s前到账") % {"day": moments.calendar_day(refund.due_on)}


def why(refund: Refund) -> str:
    """What somebody wrote; of what ended by itself, `state` says it."""
    return "" if refund.ended_why in ENDED else refund.ended_why


def not_done(refund: Refund) -> str:
    """For staff: why no gateway made it; "" of one that was made, or may still be."""
    if refund.state != State.FAILED or not refund.error:
        return ""
    if refund.error == NO_ROOM:
        return _("没有送出：对账文件里已退的加上这一笔，超过了消费金额")
    return _("收单方没有退，返回代码 %(code)s") % {"code": refund.error}
