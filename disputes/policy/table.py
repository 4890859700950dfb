"""The words in which the policy is written: roles, steps, notices, kinds."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.functional import Promise

from disputes.models.case import Kind, Reason, Stage, Status
from disputes.models.message import Audience
from disputes.models.policy import PolicyVersion
from disputes.policy import limits
from portal.accounts.models import Role

Text = str | Promise

CONSUMER, SYSTEM = "consumer", "system"
CLERK, MANAGER = Role.CLERK.value, Role.MANAGER.value
SUPPORT, SUPERVISOR = Role.SUPPORT.value, Role.SUPERVISOR.value
OPERATIONS = Role.OPERATIONS.value

MERCHANT = frozenset({CLERK, MANAGER})
INSTITUTION = frozenset({SUPPORT, SUPERVISOR, OPERATIONS})
DECIDES = frozenset({SUPPORT, SUPERVISOR})
STAFF = MERCHANT | INSTITUTION

ANY_STAGE = frozenset(Stage)
AT_MERCHANT = frozenset({Stage.MERCHANT})
AT_INSTITUTION = frozenset({Stage.INSTITUTION})
NEW = frozenset({Status.NEW})
ACTIVE = frozenset({Status.NEW, Status.WORKING})
WAITING = frozenset({Status.WAITING_CONSUMER})
OPEN = ACTIVE | WAITING
DECIDED = frozenset({Status.RESOLVED, Status.REJECTED})
WITHDRAWN = frozenset({Status.WITHDRAWN})
CLOSED = DECIDED | WITHDRAWN
MERGED = frozenset({Status.MERGED})
ANY_STATUS = OPEN | CLOSED | MERGED
ANY_KIND = frozenset(Kind)
BY_CUSTOMERS = ANY_KIND - {Kind.NETWORK}  # there is somebody to ask and to offer to

AS_BEFORE_MERGING = "as before merging"
AS_BEFORE_THE_PAUSE = "as before the pause"
ALL_CLOCKS = ("*",)
STAGE_CLOCKS = ("stage",)

TO_CONSUMER = "consumer"
TO_MERCHANT = "merchant"
TO_OWNER = "owner"  # whoever at the institution has the case; inside the product only

# The merchant's word to the customer is its first reply, and the moment at which a lost slip is
# made good at the counter or promised; the clock of the whole matter runs on.
ANSWERED_BY_MERCHANT = (limits.FIRST_REPLY, limits.SLIP)
MERCHANT_CLOCKS = (limits.FIRST_REPLY, limits.SETTLES)


def _nobody_answers(case) -> bool:
    from disputes.policy.parties import active_members

    return case.organisation is None or not active_members(case.organisation).exists()


# What else must be so of the case for a row to hold, by its name in the table.
GIVEN: dict[str, Callable] = {
    "": lambda case: True,
    "payment": lambda case: case.payment_id is not None,
    "slip": lambda case: case.payment_id is not None and case.payment.status != "declined",
    "offer": lambda case: case.offered_minor is not None,
    "no refund waits": lambda case: case.payment_id is not None and not case.refund_waits,
    "a proposal": lambda case: case.refund_waits == "proposed",
    "a network proposal": lambda case: case.refund_waits == "network",
    "a refund to execute": lambda case: case.refund_waits == "to_execute",
    "a refund somebody may find out about": lambda case: (
        case.refund_waits in {"to_execute", "unknown"}
    ),
    # Whoever has looked already (`has_refunds`) spares the question.
    "a refund that went": lambda case: (
        case.redone_by_id is None
        and getattr(case, "has_refunds", True)
        and case.refunds.filter(approved_at__isnull=False, ended_at=None, dispute=None).exists()
    ),
    "no extension": lambda case: case.extension_by_id is None,
    "extension": lambda case: case.extension_by_id is not None,
    "merged while waiting": lambda case: case.merged_from == Status.WAITING_CONSUMER,
    "not forwarded": lambda case: case.forwarded_on is None,
    "one request waits": lambda case: case.requests_waiting == 1,
    "requests wait": lambda case: case.requests_waiting > 1,
    "nobody at the merchant": _nobody_answers,
    "older policy": lambda case: PolicyVersion.objects.filter(
        number__gt=case.policy.number
    ).exists(),
}


@dataclass(frozen=True)
class Notice:
    """Who hears of a step outside the page, and in which text (disputes.messages_out)."""

    to: str  # consumer | merchant | owner
    text: str


@dataclass(frozen=True)
class Step:
    """One row: in these stages and statuses, these roles may do this, and then that follows."""

    verb: str
    who: frozenset[str]
    event: str  # what the trail and the clocks call it
    stages: frozenset[Stage] = ANY_STAGE
    statuses: frozenset[Status] = OPEN
    audience: Audience | None = None  # only what is said to this audience
    kinds: frozenset[Kind] = ANY_KIND
    given: str = ""  # a key of GIVEN
    to_stage: Stage | None = None
    to_status: str | None = None
    starts: tuple[str, ...] = ()
    pauses: tuple[str, ...] = ()
    resumes: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    tells: tuple[Notice, ...] = ()
    says: str = ""  # a line of its own in the conversation
    repeat: bool = False  # counts as "not satisfied"
    within_days: int | None = None  # of closing

    def matches(self, case, role: str, audience: str | None = None) -> bool:
        return (
            role in self.who
            and case.stage in self.stages
            and case.status in self.statuses
            and case.kind in self.kinds
            and GIVEN[self.given](case)
            and (self.audience is None or audience is None or audience == self.audience)
        )


@dataclass(frozen=True)
class Opening:
    """What follows when a case begins at a stage."""

    says: str
    tells: tuple[Notice, ...]
    status: Status = Status.NEW


@dataclass(frozen=True)
class Verb:
    """What somebody may do now: pages draw a button from it."""

    name: str
    label: Text
    explanation: Text = ""
    needs_text: bool = False
    audiences: tuple[str, ...] = ()  # for words: to whom they may be addressed
    closing_reasons: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True)
class KindPolicy:
    """What is particular to one kind of case."""

    kind: Kind
    begins_at: Callable[[str], Stage]  # by reason
    why: str  # the thought behind it, for docs/policy.md
    merchant_takes_part: bool = True
    by_customers: bool = True  # they may open one
    needs_payment: bool = False
    asks_amount: bool = False
    # A reason of closing that says how much goes back; "" for none.
    agrees: str = ""
    reasons: tuple[Reason, ...] = ()
    slip_clock: bool = False
    says_no_slip: bool = False  # the complaint itself tells that no slip was printed
    # Why a case without a payment closes once its payment comes; "": the payment is no answer.
    matched: str = ""
    # How the yearly table counts it: "transaction", "service", or "" for no complaint.
    complaint: str = "transaction"
    resolved: tuple[tuple[str, Text], ...] = ()
    rejected: tuple[tuple[str, Text], ...] = ()
    extra_steps: tuple[Step, ...] = field(default=())
