"""The rules of the card network's error handling as a table: which message may follow which.

Source: UnionPay, Q/CUP 054.2-2013 and pages of the trade; the day counts are not public and are
limits of the `PolicyVersion`. docs/network.md is drawn from this module.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from disputes.models.network import CardKind, NetworkDispute, State
from disputes.models.refund import Refund
from disputes.policy import limits
from disputes.policy.network_guards import (
    GUARDS,
    LARGEST_FILE,
    OF_A_FORM,
    Facts,
    Guard,
    may_represent,
    twelve_months_after,
)
from disputes.policy.table import DECIDES, INSTITUTION, SUPERVISOR, SYSTEM, Text

__all__ = ["GUARDS", "LARGEST_FILE", "OF_A_FORM", "STEPS", "Facts", "twelve_months_after"]

# Steps that are no message of the network's.
MISSED, ACCEPTED, WON, LOST = "missed", "accepted", "won", "lost"

NOTHING_OPEN = frozenset({State.ANSWERED, State.INQUIRY_MISSED})
ASKED_FOR_SLIP = frozenset({State.RETRIEVED, State.RETRIEVAL_MISSED})
BEFORE_CHARGEBACK = frozenset(
    {State.BEGUN, State.INQUIRED, State.RETRIEVING, *NOTHING_OPEN, *ASKED_FOR_SLIP}
)
OURS_TO_ANSWER = frozenset(
    {State.INQUIRED, State.RETRIEVING, State.CHARGED_BACK, State.CHARGED_BACK_AGAIN}
)
CLOSED = frozenset({State.ADJUSTED, State.WON, State.LOST})
EVERY_STATE = frozenset(State)


class Money(StrEnum):
    """What a step does to the money of its payment, in the one book of all that goes back."""

    NOTHING = ""
    ADJUSTS = "adjusts"  # gone back, as a credit adjustment
    REFUNDS = "refunds"  # gone back, as a refund by hand
    TAKES = "takes"  # what fits is set aside while it is fought over
    RETURNS = "returns"  # what was set aside is free again
    BEARS = "bears"  # what was set aside is lost, or so much of it as the step says


@dataclass(frozen=True)
class NetworkStepRule:
    """One row: in these states, these roles may do this, if all guards hold, and then that
    follows. `incoming`: the network sends it, staff or a file enters it."""

    code: str
    name: str | Promise
    states: frozenset[State]
    to_state: State | None  # None: it stays
    who: frozenset[str]
    incoming: bool = False
    guards: tuple[str, ...] = ()
    clock: str = ""  # ours to answer within
    asks: frozenset[str] = frozenset()  # amount | text | file: what its form has
    keeps_due: bool = False  # what was to be answered still is
    money: Money = Money.NOTHING
    # It gives money away or gives it up: the kind of Refund as which it is proposed and approved.
    proposed_as: str = ""
    event: str = ""

    @property
    def guards_of(self) -> tuple[Guard, ...]:
        return tuple(GUARDS[name] for name in self.guards)


ENTERS = INSTITUTION | {SYSTEM}
SUPERVISORS = frozenset({SUPERVISOR})
AMOUNT, TEXT, FILE = "amount", "text", "file"

STEPS: dict[str, NetworkStepRule] = {
    rule.code: rule
    for rule in (
        NetworkStepRule(
            "E00",
            _("查询"),
            frozenset({State.BEGUN, *NOTHING_OPEN, State.ADJUSTED}),
            State.INQUIRED,
            ENTERS,
            incoming=True,
            guards=("first or second inquiry", "no retrieval before"),
            clock=limits.NETWORK_INQUIRY,
            event="inquired",
        ),
        NetworkStepRule(
            "E02",
            _("查复"),
            frozenset({State.INQUIRED}),
            State.ANSWERED,
            INSTITUTION,
            guards=("with words", "in time"),
            asks=frozenset({TEXT}),
            event="answered",
        ),
        NetworkStepRule(
            "E04",
            _("调单"),
            frozenset({State.BEGUN, *NOTHING_OPEN}),
            State.RETRIEVING,
            ENTERS,
            incoming=True,
            guards=("no retrieval before", "within 12 months"),
            clock=limits.NETWORK_RETRIEVAL,
            event="retrieval_asked",
        ),
        NetworkStepRule(
            "E05",
            _("调单回复"),
            frozenset({State.RETRIEVING}),
            State.RETRIEVED,
            INSTITUTION,
            guards=("file of 10 MB at most", "in time"),
            asks=frozenset({TEXT, FILE}),
            event="retrieval_answered",
        ),
        NetworkStepRule(
            "E23",
            _("退单"),
            frozenset({*NOTHING_OPEN, *ASKED_FOR_SLIP}),
            State.CHARGED_BACK,
            ENTERS,
            incoming=True,
            guards=("asked and answered", "not adjusted", "not charged back", "within the payment"),
            clock=limits.NETWORK_REPRESENTMENT,
            asks=frozenset({AMOUNT}),
            money=Money.TAKES,
            event="charged_back",
        ),
        NetworkStepRule(
            "E24",
            _("再请款"),
            frozenset({State.CHARGED_BACK}),
            State.REPRESENTED,
            DECIDES,
            guards=(
                "credit card",
                "retrieval not missed",
                "with words",
                "file of 10 MB at most",
                "in time",
            ),
            asks=frozenset({TEXT, FILE}),
            event="represented",
        ),
        NetworkStepRule(
            "E25",
            _("二次退单"),
            frozenset({State.REPRESENTED}),
            State.CHARGED_BACK_AGAIN,
            ENTERS,
            incoming=True,
            guards=("credit card", "within the chargeback"),
            clock=limits.NETWORK_NEGOTIATION,
            asks=frozenset({AMOUNT}),
            event="charged_back_again",
        ),
        NetworkStepRule(
            "E26",
            _("例外协商"),
            frozenset({State.CHARGED_BACK, State.CHARGED_BACK_AGAIN}),
            State.NEGOTIATING,
            DECIDES,
            guards=("card kind known", "no representment possible", "with words", "in time"),
            asks=frozenset({TEXT, FILE}),
            event="negotiating",
        ),
        NetworkStepRule(
            "E32",
            _("贷记调整"),
            BEFORE_CHARGEBACK,
            State.ADJUSTED,
            SUPERVISORS,
            guards=(
                "not charged back",
                "no manual refund",
                "not adjusted",
                "within what is left",
                "with words",
            ),
            asks=frozenset({AMOUNT, TEXT}),
            money=Money.ADJUSTS,
            proposed_as=Refund.Kind.ADJUSTMENT,
            event="adjusted",
        ),
        NetworkStepRule(
            "E74",
            _("手工退货"),
            BEFORE_CHARGEBACK,
            None,
            SUPERVISORS,
            guards=("not charged back", "not adjusted", "within what is left", "with words"),
            asks=frozenset({AMOUNT, TEXT}),
            keeps_due=True,
            money=Money.REFUNDS,
            proposed_as=Refund.Kind.BY_HAND,
            event="refunded_by_hand",
        ),
        NetworkStepRule(
            ACCEPTED,
            _("接受退单"),
            frozenset({State.CHARGED_BACK, State.CHARGED_BACK_AGAIN}),
            State.LOST,
            SUPERVISORS,
            guards=("with words", "in time"),
            asks=frozenset({TEXT}),
            money=Money.BEARS,
            proposed_as=Refund.Kind.ACCEPTED,
            event="accepted",
        ),
        NetworkStepRule(
            WON,
            _("追回"),
            frozenset({State.REPRESENTED, State.NEGOTIATING}),
            State.WON,
            ENTERS,
            incoming=True,
            money=Money.RETURNS,
            event="won",
        ),
        NetworkStepRule(
            LOST,
            _("未能追回"),
            frozenset({State.NEGOTIATING}),
            State.LOST,
            ENTERS,
            incoming=True,
            guards=("within the chargeback",),
            asks=frozenset({AMOUNT}),
            money=Money.BEARS,
            event="lost",
        ),
    )
}
CODES = tuple(STEPS)
INCOMING = tuple(rule.code for rule in STEPS.values() if rule.incoming)
# Code → the kind of Refund as which the step is proposed and approved.
PROPOSED_AS = {rule.code: rule.proposed_as for rule in STEPS.values() if rule.proposed_as}
OUTGOING = tuple(rule.code for rule in STEPS.values() if not rule.incoming)

# What the clock does to a track whose last moment to answer has passed.
WHEN_MISSED = {
    State.INQUIRED: State.INQUIRY_MISSED,
    State.RETRIEVING: State.RETRIEVAL_MISSED,
    State.CHARGED_BACK: State.LOST,
    State.CHARGED_BACK_AGAIN: State.LOST,
}
# Where the clock left a track: a chargeback that nobody answered is borne.
MONEY_WHEN_MISSED = {State.LOST: Money.BEARS}


def money_of(dispute: NetworkDispute, code: str) -> Money:
    """What the step that has just moved the track does to the money."""
    if code == MISSED:
        return MONEY_WHEN_MISSED.get(State(dispute.state), Money.NOTHING)
    return STEPS[code].money


NAMES: dict[str, Text] = {
    **{code: rule.name for code, rule in STEPS.items()},
    MISSED: _("时限已过"),
}


def shut_by(dispute: NetworkDispute, code: str, facts: Facts) -> list[Text]:
    """The rules, not the form, that speak against this step in the track's present state."""
    failed = [g for g in STEPS[code].guards_of if not g.holds(dispute, facts)]
    return [guard.why for guard in failed if guard.name not in OF_A_FORM]


def refusals(dispute: NetworkDispute, code: str, facts: Facts) -> list[Text]:
    """Why this step may not follow now, in words; empty where it may."""
    rule = STEPS[code]
    failed = [guard for guard in rule.guards_of if not guard.holds(dispute, facts)]
    if dispute.state in rule.states:
        return [guard.why for guard in failed]
    # What a form lacks is no news to somebody who may not send it at all.
    return shut_by(dispute, code, facts) or [
        gettext("现在是“%(state)s”，轮不到这一步。") % {"state": dispute.get_state_display()}
    ]


def clock_of(dispute: NetworkDispute, rule: NetworkStepRule) -> str:
    """The limit by which we answer. After a first chargeback it is that of the representment where
    there may be one, else that of the negotiation; not knowing, the shorter is not guessed: the
    first counts."""
    if rule.code != "E23" or dispute.card_kind == CardKind.UNKNOWN:
        return rule.clock
    return rule.clock if may_represent(dispute) else limits.NETWORK_NEGOTIATION


def kind_of(word: str) -> CardKind:
    """The network's kind of what a payment or a file calls its card: prepaid goes by the rules of
    debit, a wallet's code says nothing of the card behind it."""
    known = {
        "debit": CardKind.DEBIT,
        "prepaid": CardKind.DEBIT,
        "credit": CardKind.CREDIT,
    }
    return known.get(word, CardKind.UNKNOWN)
