"""What settles a case by itself: a refund that is offered, a slip."""

from disputes.models.case import Status
from disputes.policy.table import (
    ALL_CLOCKS,
    ANSWERED_BY_MERCHANT,
    AS_BEFORE_THE_PAUSE,
    AT_MERCHANT,
    CONSUMER,
    MANAGER,
    MERCHANT,
    NEW,
    OPEN,
    TO_CONSUMER,
    TO_MERCHANT,
    Kind,
    Notice,
    Step,
)

# Kinds that a refund can settle.
MONEY = frozenset({Kind.REFUND_REQUEST, Kind.DISPUTED_CHARGE})
OFFER = (
    Step(
        "offer_refund",
        frozenset({MANAGER}),
        "refund_offered",
        stages=AT_MERCHANT,
        kinds=MONEY,
        given="payment",
        to_status=Status.WAITING_CONSUMER,
        stops=ANSWERED_BY_MERCHANT,
        pauses=ALL_CLOCKS,
        says="refund_offered",
        tells=(Notice(TO_CONSUMER, "refund_offered"),),
    ),
    Step(
        "accept_offer",
        frozenset({CONSUMER}),
        "offer_accepted",
        kinds=MONEY,
        given="offer",
        to_status=Status.RESOLVED,
        stops=ALL_CLOCKS,
        says="offer_accepted",
        tells=(Notice(TO_MERCHANT, "offer_accepted"),),
    ),
    Step(
        "decline_offer",
        frozenset({CONSUMER}),
        "offer_declined",
        kinds=MONEY,
        given="offer",
        to_status=AS_BEFORE_THE_PAUSE,
        resumes=ALL_CLOCKS,
        says="offer_declined",
        tells=(Notice(TO_MERCHANT, "offer_declined"),),
    ),
)


# A slip is what a no-slip case is about: the paper one by the merchant, the e-receipt by itself.
NO_SLIP = frozenset({Kind.NO_SLIP})


def _reprint(statuses: frozenset[Status], to_status: str | None) -> Step:
    return Step(
        "reprint",
        MERCHANT,
        "reprinted",
        stages=AT_MERCHANT,
        statuses=statuses,
        kinds=NO_SLIP,
        given="slip",
        to_status=to_status,
        stops=ANSWERED_BY_MERCHANT,
        says="reprinted",
        tells=(Notice(TO_CONSUMER, "reprinted"),),
    )


SLIP = (
    _reprint(NEW, Status.WORKING),
    _reprint(OPEN, None),
    Step(
        "accept_slip",
        frozenset({CONSUMER}),
        "slip_accepted",
        kinds=NO_SLIP,
        given="slip",
        to_status=Status.RESOLVED,
        stops=ALL_CLOCKS,
        says="slip_accepted",
        tells=(Notice(TO_MERCHANT, "slip_accepted"),),
    ),
)
