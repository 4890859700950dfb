"""The second pair of eyes: what was read is approved, or it is refused."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from disputes import meanwhile, moment, money_back, policy, voiding, words
from disputes.actions.step import allowed_step, follow, new_key, show, take
from disputes.errors import Invalid, NotAllowed, WrongState
from disputes.models import Case, Refund
from disputes.policy import proposals
from disputes.policy.table import SUPERVISOR
from disputes.refunds import by_network, course
from portal import compiled_writes
from portal.accounts import step_up
from portal.accounts.actor import Actor
from portal.accounts.models import Membership, Organisation, User
from portal.compiled import Compiled, Later
from portal.durable import durable
from portal.outbox import post

LONGEST = 300
SEND = "disputes.tasks.send_refund"
_proposal = Compiled(
    lambda: (
        Refund.objects.select_for_update(of=("self",))
        .select_related("payment", "proposed_by")
        .filter(case=Later("case", Case._meta.pk), state=Refund.State.PROPOSED)
    )
)
# The role as it is when the approval is written; nobody takes it away before that is committed.
_held = Compiled(
    lambda: (
        Membership.objects.active()
        .select_for_update(of=("self",), no_key=True)
        .filter(
            user=Later("user", User._meta.pk),
            organisation=Later("organisation", Organisation._meta.pk),
            role=Later("role", Membership._meta.get_field("role")),
            user__is_active=True,
        )
        .values_list("pk")
    )
)


@durable()
def approve_refund(
    case,
    *,
    actor: Actor,
    amount_minor: int,
    version: int,
    proved_at: datetime | None,
    gateway: str = "",
) -> Refund:
    """Let the proposal that waits go, exactly as it was read: `amount_minor` and `version` are what
    stood on the page. Never one's own, by whichever account; the second factor was shown within
    five minutes (`proved_at`); and the role still holds when it is written. The database holds all
    of it once more. `gateway` is for history that is entered: which way it went, where another than
    is set now. Raises NotAllowed, WrongState, Invalid("refund_code" | "amount")."""
    row, role = take(case, actor, "approve_refund")
    step = allowed_step(row, actor, role, "approve_refund")
    refund = _waiting(row)
    if proposals.is_same_person(refund, actor):
        raise NotAllowed(_("自己提出的退款要由另一个人批准，换一个账号也不行。"))
    if (refund.amount_minor, refund.version) != (amount_minor, version):
        raise WrongState(_("刚才有人改过这笔退款，请看过再批准。"))
    proof(proved_at)
    _approve(row, refund, actor, role, proved_at, gateway or settings.REFUND_GATEWAY)
    follow(
        row,
        step,
        actor=actor,
        key=refund.number,
        facts=course.facts(refund),
        detail=course.amount(refund),
    )
    by_network.take_step(row, refund, actor)
    show(case, row)
    return refund


@transaction.atomic
def refuse_refund(case, *, actor: Actor, reason: str) -> None:
    """It does not go; whoever proposed it reads why. Raises Invalid("refuse_why")."""
    row, role = take(case, actor, "refuse_refund")
    step = allowed_step(row, actor, role, "refuse_refund")
    refund = _waiting(row)
    try:
        why = words.clean(reason, "refuse_why", LONGEST)
    except Invalid:
        raise Invalid("refuse_why", _("请写明为什么不批准，最多 300 字。")) from None
    course.turn(row, refund, Refund.State.REFUSED, ended_at=moment.now(), ended_why=why)
    key = f"{refund.number}-{new_key()[:8]}"
    follow(row, step, actor=actor, key=key, facts=course.facts(refund), personal={"body": why})
    refused = "network_refused" if refund.dispute_id else "refund_refused"
    course.tell_proposer(row, refund, refused, key)
    show(case, row)


def proof(proved_at: datetime | None) -> None:
    if not step_up.is_fresh(proved_at):
        raise Invalid("refund_code", _("请先输入动态码，5 分钟内有效。"))


def let_go(row: Case, refund: Refund, actor: Actor, role: str, proved_at: datetime | None) -> None:
    """Within the limit of the author's role: the same approval, by the same person."""
    step = policy.find_step(row, SUPERVISOR, "approve_refund")  # who could, were it another
    if step is None:
        raise WrongState(meanwhile.explain(row, role, "approve_refund", actor))
    _approve(row, refund, actor, role, proved_at, settings.REFUND_GATEWAY)
    follow(
        row,
        step,
        actor=actor,
        key=refund.number,
        facts={**course.facts(refund), "alone": True},
        detail=course.amount(refund),
    )
    by_network.take_step(row, refund, actor)


def _waiting(row: Case) -> Refund:
    return compiled_writes.as_read(_proposal.get(case=row.pk))


def _approve(
    row: Case, refund: Refund, actor: Actor, role: str, proved_at: datetime | None, gateway: str
) -> None:
    """Under the lock on the membership: a role that was taken away meanwhile approves nothing."""
    if actor.user is None or actor.organisation is None:
        raise NotAllowed()
    if not _held.first(user=actor.user.pk, organisation=actor.organisation.pk, role=role):
        raise NotAllowed(_("您刚刚不再有这个角色，没有批准。"))
    if refund.kind == Refund.Kind.VOID and (fault := voiding.fault(refund.payment)):
        raise WrongState(fault)
    now = moment.now()
    if refund.dispute_id is None:
        money_back.reserve(row, refund.book_kind, refund.amount_minor, key=refund.key)
    else:  # the network debits us by its own clearing
        gateway = Refund.Gateway.MANUAL
    course.turn(
        row,
        refund,
        Refund.State.APPROVED,
        approved_by=actor.user,
        approver_person=actor.user.person,
        approved_minor=refund.amount_minor,
        approved_version=refund.version,
        approved_at=now,
        # What is entered as history is proved by whoever enters it.
        proved_at=min(proved_at or now, now),
        gateway=gateway,
        next_at=now if gateway == Refund.Gateway.HTTP else None,
    )
    if gateway == Refund.Gateway.HTTP:
        post.hint(SEND, refund.pk)
