"""The shared table: who may do what, where, and what follows. The first matching row counts."""

from disputes.models.case import Stage, Status
from disputes.models.message import Audience
from disputes.policy import limits
from disputes.policy.refunding import BY_NETWORK, REFUND
from disputes.policy.seldom import LIMITS, LINKS, MERGE
from disputes.policy.settling import OFFER, SLIP
from disputes.policy.table import (
    ACTIVE,
    ALL_CLOCKS,
    ANSWERED_BY_MERCHANT,
    ANY_STATUS,
    AS_BEFORE_THE_PAUSE,
    AT_INSTITUTION,
    AT_MERCHANT,
    BY_CUSTOMERS,
    CONSUMER,
    DECIDED,
    DECIDES,
    INSTITUTION,
    MANAGER,
    MERCHANT,
    MERCHANT_CLOCKS,
    NEW,
    OPEN,
    STAFF,
    STAGE_CLOCKS,
    SYSTEM,
    TO_CONSUMER,
    TO_MERCHANT,
    TO_OWNER,
    WAITING,
    WITHDRAWN,
    Notice,
    Step,
)
from disputes.policy.upward import UPWARD

CONTINUE_WITHIN_DAYS = 30

REPLY = (
    Step(
        "reply",
        frozenset({CONSUMER}),
        "consumer_replied",
        statuses=WAITING,
        to_status=AS_BEFORE_THE_PAUSE,
        resumes=ALL_CLOCKS,
        tells=(Notice(TO_MERCHANT, "consumer_replied"), Notice(TO_OWNER, "consumer_replied")),
    ),
    Step(
        "reply",
        frozenset({CONSUMER}),
        "consumer_replied",
        statuses=ACTIVE,
        tells=(Notice(TO_MERCHANT, "consumer_replied"), Notice(TO_OWNER, "consumer_replied")),
    ),
    Step(
        "reply",
        MERCHANT,
        "merchant_replied",
        stages=AT_MERCHANT,
        statuses=NEW,
        audience=Audience.ALL,
        to_status=Status.WORKING,
        stops=ANSWERED_BY_MERCHANT,
        tells=(Notice(TO_CONSUMER, "merchant_replied"), Notice(TO_OWNER, "merchant_replied")),
    ),
    Step(
        "reply",
        MERCHANT,
        "merchant_replied",
        stages=AT_MERCHANT,
        audience=Audience.ALL,
        stops=ANSWERED_BY_MERCHANT,
        tells=(Notice(TO_CONSUMER, "merchant_replied"), Notice(TO_OWNER, "merchant_replied")),
    ),
    Step(
        "reply",
        MERCHANT,
        "merchant_replied",
        audience=Audience.ALL,
        tells=(Notice(TO_CONSUMER, "merchant_replied"), Notice(TO_OWNER, "merchant_replied")),
    ),
    Step(
        "reply",
        MERCHANT,
        "merchant_replied",
        audience=Audience.MERCHANT,
        tells=(Notice(TO_OWNER, "merchant_replied"),),
    ),
    Step(
        "reply",
        INSTITUTION,
        "institution_replied",
        stages=AT_INSTITUTION,
        statuses=NEW,
        audience=Audience.ALL,
        to_status=Status.WORKING,
        stops=(limits.SLIP,),
        tells=(
            Notice(TO_CONSUMER, "institution_replied"),
            Notice(TO_MERCHANT, "institution_replied"),
        ),
    ),
    Step(
        "reply",
        INSTITUTION,
        "institution_replied",
        audience=Audience.ALL,
        tells=(
            Notice(TO_CONSUMER, "institution_replied"),
            Notice(TO_MERCHANT, "institution_replied"),
        ),
    ),
    Step(
        "reply",
        INSTITUTION,
        "institution_replied",
        audience=Audience.MERCHANT,
        tells=(Notice(TO_MERCHANT, "institution_replied"),),
    ),
)

ASK = (
    Step(
        "ask_consumer",
        MERCHANT,
        "asked_consumer",
        kinds=BY_CUSTOMERS,
        stages=AT_MERCHANT,
        to_status=Status.WAITING_CONSUMER,
        stops=ANSWERED_BY_MERCHANT,
        pauses=ALL_CLOCKS,
        tells=(Notice(TO_CONSUMER, "asked_consumer"),),
    ),
    Step(
        "ask_consumer",
        INSTITUTION,
        "asked_consumer",
        kinds=BY_CUSTOMERS,
        to_status=Status.WAITING_CONSUMER,
        pauses=ALL_CLOCKS,
        tells=(Notice(TO_CONSUMER, "asked_consumer"),),
    ),
)

WORK = (
    Step("add_note", STAFF, "noted", statuses=ANY_STATUS),
    Step("assign", INSTITUTION, "assigned"),
)


def _hand_over(
    who: frozenset[str],
    event: str,
    tells: tuple[Notice, ...],
    statuses: frozenset[Status] = OPEN,
    given: str = "",
) -> Step:
    return Step(
        "escalate",
        who,
        event,
        stages=AT_MERCHANT,
        statuses=statuses,
        given=given,
        to_stage=Stage.INSTITUTION,
        to_status=Status.NEW,
        stops=MERCHANT_CLOCKS,
        resumes=ALL_CLOCKS,
        starts=STAGE_CLOCKS,
        says=event,
        tells=tells,
    )


ESCALATE = (
    _hand_over(frozenset({CONSUMER}), "escalated_by_consumer", (Notice(TO_MERCHANT, "escalated"),)),
    _hand_over(
        INSTITUTION,
        "escalated_by_institution",
        (Notice(TO_CONSUMER, "escalated"), Notice(TO_MERCHANT, "escalated")),
    ),
    # A merchant that was closed, or whose last person left: also while the customer is to answer.
    _hand_over(
        frozenset({SYSTEM}),
        "escalated_for_nobody",
        (Notice(TO_CONSUMER, "escalated_for_nobody"),),
        given="nobody at the merchant",
    ),
    _hand_over(
        frozenset({SYSTEM}),
        "escalated_by_time",
        (Notice(TO_CONSUMER, "escalated_by_time"), Notice(TO_MERCHANT, "escalated_by_time")),
        statuses=ACTIVE,
    ),
)


def _close(verb: str, event: str, status: Status) -> tuple[Step, ...]:
    return (
        Step(
            verb,
            frozenset({MANAGER}),
            event,
            stages=AT_MERCHANT,
            to_status=status,
            stops=ALL_CLOCKS,
            tells=(Notice(TO_CONSUMER, event),),
        ),
        Step(
            verb,
            DECIDES,
            event,
            to_status=status,
            stops=ALL_CLOCKS,
            tells=(Notice(TO_CONSUMER, event), Notice(TO_MERCHANT, event)),
        ),
    )


CLOSE = (
    *_close("resolve", "resolved", Status.RESOLVED),
    *_close("reject", "rejected", Status.REJECTED),
    Step(
        "withdraw",
        frozenset({CONSUMER}),
        "withdrawn",
        to_status=Status.WITHDRAWN,
        stops=ALL_CLOCKS,
        says="withdrawn",
        tells=(Notice(TO_MERCHANT, "withdrawn"), Notice(TO_OWNER, "withdrawn")),
    ),
)


def _again(statuses: frozenset[Status], repeat: bool) -> Step:
    return Step(
        "continue_case",
        frozenset({CONSUMER}),
        "continued",
        statuses=statuses,
        to_stage=Stage.INSTITUTION,
        to_status=Status.NEW,
        starts=STAGE_CLOCKS,
        within_days=CONTINUE_WITHIN_DAYS,
        repeat=repeat,
        tells=(Notice(TO_MERCHANT, "continued"), Notice(TO_OWNER, "continued")),
    )


CONTINUE = (
    _again(DECIDED, repeat=True),
    # Taking up again what one withdrew says nothing against an outcome.
    _again(WITHDRAWN, repeat=False),
)

# The payment that a case was opened without has come (disputes.looking_again); of some kinds only.
COMES_AFTER_ALL = Step(
    "match_payment",
    frozenset({SYSTEM}),
    "matched",
    to_status=Status.RESOLVED,
    stops=ALL_CLOCKS,
    says="matched",
    tells=(Notice(CONSUMER, "found"),),
)

STEPS = (
    *(*REPLY, *OFFER, *SLIP, *ASK, *WORK, *REFUND, *BY_NETWORK),
    *(*LIMITS, *LINKS, *MERGE, *ESCALATE, *UPWARD, *CLOSE, *CONTINUE),
)

# The order in which a page offers them.
ORDER = (
    "reply",
    "reprint",
    "accept_slip",
    "accept_offer",
    "decline_offer",
    "ask_consumer",
    "offer_refund",
    "propose_refund",
    "edit_refund",
    "approve_refund",
    "refuse_refund",
    "withdraw_proposal",
    "note_executed",
    "note_not_executed",
    "link_redo",
    "resolve",
    "reject",
    "escalate",
    "assign",
    "ask_extension",
    "approve_extension",
    "refuse_extension",
    "note_forwarded",
    "note_accepted",
    "note_request",
    "note_decision",
    "note_reply",
    "answer_request",
    "note_sent",
    "issue_file",
    "settle_difference",
    "move_policy",
    "merge",
    "part",
    "add_note",
    "continue_case",
    "withdraw",
    "take_file",
    "say_gone_up",
    "end_links",
)
