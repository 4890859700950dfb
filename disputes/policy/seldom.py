"""What is done once in a while: longer limits, another policy, two cases that become one."""

from disputes.models.case import Stage, Status
from disputes.policy import limits
from disputes.policy.table import (
    ACTIVE,
    ALL_CLOCKS,
    ANY_STATUS,
    AS_BEFORE_MERGING,
    AT_MERCHANT,
    CLOSED,
    CONSUMER,
    DECIDES,
    INSTITUTION,
    MERCHANT_CLOCKS,
    MERGED,
    STAGE_CLOCKS,
    SUPERVISOR,
    Notice,
    Step,
)
from disputes.policy.upward import ABOVE

TO_BOTH = ("consumer", "merchant")


def _both(text: str) -> tuple[Notice, ...]:
    return tuple(Notice(party, text) for party in TO_BOTH)


# The institution's own limit: longer by two people, from above, or by newer rules.
LIMITS = (
    Step(
        "ask_extension",
        INSTITUTION,
        "extension_asked",
        stages=ABOVE,
        statuses=ACTIVE,  # a clock that stands still needs no more time
        given="no extension",
    ),
    Step(
        "approve_extension",
        frozenset({SUPERVISOR}),
        "extended",
        stages=ABOVE,
        given="extension",
        says="extended",
        tells=_both("extended"),
    ),
    Step(
        "refuse_extension",
        frozenset({SUPERVISOR}),
        "extension_refused",
        stages=ABOVE,
        given="extension",
    ),
    Step(
        "note_forwarded",
        INSTITUTION,
        "forwarded",
        stages=AT_MERCHANT,
        given="not forwarded",
        to_stage=Stage.INSTITUTION,
        to_status=Status.NEW,
        stops=MERCHANT_CLOCKS,
        resumes=ALL_CLOCKS,
        starts=(limits.FORWARDED, *STAGE_CLOCKS),
        says="forwarded",
        tells=_both("escalated"),
    ),
    Step(
        "note_forwarded",
        INSTITUTION,
        "forwarded",
        stages=ABOVE,
        given="not forwarded",
        starts=(limits.FORWARDED,),
        says="forwarded",
    ),
    # It mostly comes after our answer: the case is taken up again.
    Step(
        "note_forwarded",
        INSTITUTION,
        "forwarded",
        statuses=CLOSED,
        given="not forwarded",
        to_stage=Stage.INSTITUTION,
        to_status=Status.WORKING,
        starts=(limits.FORWARDED,),
        says="forwarded",
    ),
    Step(
        "move_policy",
        frozenset({SUPERVISOR}),
        "policy_moved",
        given="older policy",
        says="policy_moved",
        tells=_both("policy_moved"),
    ),
)

# A phone was lost, a mail went astray: who has an old link sees the case no more.
LINKS = (Step("end_links", DECIDES | {CONSUMER}, "links_ended", statuses=ANY_STATUS),)

# Two cases about one thing: the later goes on in the earlier. Its clocks only stand still, so that
# parted again it is as it was.
MERGE = (
    Step(
        "merge",
        DECIDES,
        "merged",
        given="not forwarded",
        to_status=Status.MERGED,
        pauses=ALL_CLOCKS,
        says="merged",
        tells=_both("merged"),
    ),
    Step(
        "part",
        DECIDES,
        "parted",
        statuses=MERGED,
        given="merged while waiting",
        to_status=AS_BEFORE_MERGING,
        says="parted",
        tells=_both("parted"),
    ),
    Step(
        "part",
        DECIDES,
        "parted",
        statuses=MERGED,
        to_status=AS_BEFORE_MERGING,
        resumes=ALL_CLOCKS,
        says="parted",
        tells=_both("parted"),
    ),
)
