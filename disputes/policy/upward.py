"""The way up: what goes to those above and what comes from them. Where it begins and ends is
theirs; ours are the file, the answers in time, and the register."""

from typing import Any

from disputes.models.case import Stage, Status
from disputes.policy import limits
from disputes.policy.table import (
    ANY_STATUS,
    CLOSED,
    CONSUMER,
    INSTITUTION,
    OPEN,
    Step,
)

ABOVE = frozenset({Stage.INSTITUTION, Stage.UPWARD})
ALL_BUT_MERGED = OPEN | CLOSED


def _comes(verb: str, event: str, to_stage: Stage, **clocks: Any) -> tuple[Step, ...]:
    """Something that is wanted of us: an open case goes on as it stood, a closed one reopens."""
    return (
        Step(verb, INSTITUTION, event, stages=ABOVE, to_stage=to_stage, says=event, **clocks),
        Step(
            verb,
            INSTITUTION,
            event,
            statuses=CLOSED,
            to_stage=to_stage,
            to_status=Status.WORKING,
            says=event,
            **clocks,
        ),
    )


UPWARD = (
    # Taken up above, a closed case stays closed: nothing is wanted of us yet.
    Step(
        "note_accepted",
        INSTITUTION,
        "taken_up",
        stages=ABOVE,
        to_stage=Stage.UPWARD,
        says="taken_up",
    ),
    Step(
        "note_accepted",
        INSTITUTION,
        "taken_up",
        statuses=CLOSED,
        to_stage=Stage.UPWARD,
        says="taken_up",
    ),
    *_comes("note_request", "file_requested", Stage.UPWARD, starts=(limits.FILE_REQUEST,)),
    *_comes(
        "note_decision",
        "decided_above",
        Stage.INSTITUTION,
        stops=(limits.FILE_REQUEST,),
        starts=(limits.DECISION,),
    ),
    Step("note_reply", INSTITUTION, "reply_noted", statuses=ALL_BUT_MERGED),
    Step("note_sent", INSTITUTION, "sent_up", statuses=ALL_BUT_MERGED),
    Step(
        "answer_request",
        INSTITUTION,
        "request_answered",
        statuses=ALL_BUT_MERGED,
        given="one request waits",
        stops=(limits.FILE_REQUEST,),
    ),
    # Of several the clock goes on with the next: a run of its own, from that one's day.
    Step(
        "answer_request",
        INSTITUTION,
        "request_answered",
        statuses=ALL_BUT_MERGED,
        given="requests wait",
        stops=(limits.FILE_REQUEST,),
        starts=(limits.FILE_REQUEST,),
    ),
    Step("issue_file", INSTITUTION, "file_asked", statuses=ANY_STATUS),
    # The customer's own: what all parties have read, and that they went further up themselves.
    Step("take_file", frozenset({CONSUMER}), "file_asked", statuses=ANY_STATUS),
    Step(
        "say_gone_up",
        frozenset({CONSUMER}),
        "gone_up",
        statuses=ALL_BUT_MERGED,
        says="gone_up",
    ),
)
