"""Money back: one person proposes, another approves, and whoever executes by hand says so. What a
gateway or a file tells (disputes.refunds) is no step of anybody's."""

from typing import Any

from disputes.models.case import Status
from disputes.policy import limits
from disputes.policy.table import (
    ALL_CLOCKS,
    ANY_STATUS,
    AT_MERCHANT,
    DECIDES,
    MANAGER,
    NEW,
    OPEN,
    OPERATIONS,
    SUPERVISOR,
    SYSTEM,
    TO_CONSUMER,
    TO_MERCHANT,
    Notice,
    Step,
)

# A proposal lives while its case is open or was decided for the customer.
AGREED = OPEN | {Status.RESOLVED}
PROPOSES = frozenset({MANAGER}) | DECIDES
ANSWERED = (limits.FIRST_REPLY,)


def _both(text: str) -> tuple[Notice, ...]:
    return (Notice(TO_CONSUMER, text), Notice(TO_MERCHANT, text))


def _approved(statuses: frozenset[Status], **more: Any) -> Step:
    return Step(
        "approve_refund",
        frozenset({SUPERVISOR}),
        "refund_approved",
        statuses=statuses,
        given="a proposal",
        says="refund_approved",
        tells=_both("refund_approved"),
        **more,
    )


# Both payments of a redo are confirmed: the case ends by itself (disputes.redoing).
FINISH_REDO = Step(
    "finish_redo",
    frozenset({SYSTEM}),
    "redone",
    to_status=Status.RESOLVED,
    stops=ALL_CLOCKS,
    says="redone",
    tells=_both("redone"),
)
# A step of the card network that gives money away or gives it up: whatever the case has come to,
# the network's days run. What the parties hear of it is said by the step itself.
PROPOSE_NETWORK = Step(
    "propose_network",
    frozenset({SUPERVISOR}),
    "network_proposed",
    statuses=ANY_STATUS,
    given="no refund waits",
)
# The rules have shut the step meanwhile: the proposal ends by itself (disputes.network.expiring).
EXPIRE_NETWORK = Step(
    "expire_network",
    frozenset({SYSTEM}),
    "network_expired",
    statuses=ANY_STATUS,
)
# What the network's track does to the case: in no list of what a case's page offers.
OF_THE_TRACK = (PROPOSE_NETWORK, EXPIRE_NETWORK)
BY_NETWORK = (
    Step(
        "approve_refund",
        frozenset({SUPERVISOR}),
        "network_approved",
        statuses=ANY_STATUS,
        given="a network proposal",
    ),
    Step(
        "refuse_refund",
        frozenset({SUPERVISOR}),
        "network_refused",
        statuses=ANY_STATUS,
        given="a network proposal",
    ),
    Step(
        "withdraw_proposal",
        frozenset({SUPERVISOR}),
        "network_withdrawn",
        statuses=ANY_STATUS,
        given="a network proposal",
    ),
)
REFUND = (
    Step(
        "propose_refund",
        PROPOSES,
        "refund_proposed",
        statuses=AGREED,
        given="no refund waits",
    ),
    Step(
        "edit_refund",
        PROPOSES,
        "refund_edited",
        statuses=AGREED,
        given="a proposal",
    ),
    Step(
        "withdraw_proposal",
        PROPOSES,
        "proposal_withdrawn",
        statuses=AGREED,
        given="a proposal",
    ),
    # Agreed to is an answer: the customer has one, and nobody takes the case for want of it.
    _approved(stages=AT_MERCHANT, statuses=NEW, to_status=Status.WORKING, stops=ANSWERED),
    _approved(stages=AT_MERCHANT, statuses=AGREED, stops=ANSWERED),
    _approved(statuses=AGREED),
    Step(
        "refuse_refund",
        frozenset({SUPERVISOR}),
        "refund_refused",
        statuses=AGREED,
        given="a proposal",
        tells=(Notice(TO_MERCHANT, "refund_refused"),),
    ),
    Step(
        "note_executed",
        frozenset({OPERATIONS}),
        "refund_executed",
        statuses=ANY_STATUS,
        # Of one whose outcome is not known, whoever asked the acquirer may say that it was done;
        # that it was not, only the acquirer's own answer says.
        given="a refund somebody may find out about",
        says="refund_executed",
        tells=_both("refund_executed"),
    ),
    Step(
        "note_not_executed",
        frozenset({OPERATIONS}),
        "refund_failed",
        statuses=ANY_STATUS,
        given="a refund to execute",
        says="refund_failed",
        tells=_both("refund_failed"),
    ),
    Step("settle_difference", frozenset({SUPERVISOR}), "difference_settled", statuses=ANY_STATUS),
    Step(
        "link_redo",
        PROPOSES,
        "redo_linked",
        statuses=AGREED,
        given="a refund that went",
        says="redo_linked",
        tells=_both("redo_linked"),
    ),
)
