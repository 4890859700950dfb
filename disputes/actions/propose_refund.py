"""A refund is proposed, changed before anybody approved it, or withdrawn."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from disputes import messages_out, moment, money_back, policy, voiding, words
from disputes.actions.approve_refund import let_go, proof
from disputes.actions.step import allowed_step, follow, new_key, show, take
from disputes.errors import Invalid, NotAllowed, WrongState
from disputes.models import Case, Refund
from disputes.policy import proposals
from disputes.refunds import course
from portal.accounts.actor import Actor
from portal.accounts.models import Membership, Role
from portal.durable import durable
from receipts.models import Payment

LONGEST = 300
Kind, State = Refund.Kind, Refund.State
PROPOSED_HERE = (Kind.REFUND, Kind.VOID)  # the others are steps of the card network's track


@durable()
def propose_refund(
    case,
    *,
    actor: Actor,
    amount_minor: int | None,
    reason: str,
    submission_key: uuid.UUID,
    kind: str = Kind.REFUND,
    currency: str = "CNY",
    proved_at: datetime | None = None,
) -> Refund:
    """Propose that `amount_minor` fen (all that is left when None) go back to the paying card.

    Within the limit of the actor's role it needs no second person, and goes at once, once the
    second factor was shown (`proved_at`, portal.accounts.step_up). Otherwise it waits for
    `approve_refund`. Raises Invalid("refund_amount" | "refund_reason" | "refund_kind" |
    "refund_code").
    """
    row, role = take(case, actor, "propose_refund")
    if done := _earlier(row, actor, submission_key):
        return done
    step = allowed_step(row, actor, role, "propose_refund")
    if actor.user is None:
        raise NotAllowed()
    payment = _locked(row)
    refund = Refund(case=row, payment=payment, submission_key=submission_key)
    _write(refund, payment, actor, amount_minor, reason, kind, currency)
    alone = not refund.needs_second
    if alone:
        proof(proved_at)
    refund.number = next_number(row)
    course.turn(row, refund, State.PROPOSED)
    key = submission_key.hex
    facts = {**course.facts(refund), "limit_minor": refund.limit_minor, "alone": alone}
    follow(row, step, actor=actor, key=key, facts=facts, personal={"body": refund.reason})
    if alone:
        let_go(row, refund, actor, role, proved_at)
    else:
        tell_approvers(row, refund, key)
    show(case, row)
    return refund


@transaction.atomic
def edit_refund(
    case, *, actor: Actor, version: int, amount_minor: int | None, reason: str,
    kind: str = Kind.REFUND, currency: str = "CNY",
) -> Refund:  # fmt: skip
    """A new version of the proposal that waits, in the actor's name; `version` is the one that the
    actor read. Nobody's approval of the old one holds for it, and its second person is another than
    the actor. Raises as `propose_refund`."""
    row, role = take(case, actor, "edit_refund")
    step = allowed_step(row, actor, role, "edit_refund")
    refund = _waiting(row, actor, "edit_refund", version)
    before = {"amount_minor": refund.amount_minor, "version": refund.version}
    _write(refund, _locked(row), actor, amount_minor, reason, kind, currency)
    refund.version += 1
    course.turn(row, refund, State.PROPOSED)
    key = new_key()
    follow(
        row,
        step,
        actor=actor,
        key=key,
        before=before,
        facts=course.facts(refund),
        personal={"body": refund.reason},
    )
    tell_approvers(row, refund, key)
    show(case, row)
    return refund


@transaction.atomic
def withdraw_proposal(case, *, actor: Actor, reason: str = "") -> None:
    """Nothing goes back by it; another may be proposed."""
    row, role = take(case, actor, "withdraw_proposal")
    step = allowed_step(row, actor, role, "withdraw_proposal")
    refund = _waiting(row, actor, "withdraw_proposal")
    why = words.one_line(reason, LONGEST)
    course.turn(row, refund, State.WITHDRAWN, ended_at=moment.now(), ended_why=why)
    follow(row, step, actor=actor, key=new_key(), facts=course.facts(refund), reason=why)
    show(case, row)


def next_number(row: Case) -> str:
    return f"R{row.number}-{row.refunds.count() + 1}"


def _earlier(row: Case, actor: Actor, submission_key: uuid.UUID) -> Refund | None:
    refund = Refund.objects.filter(submission_key=submission_key).first()
    if refund is None:
        return None
    if refund.case_id != row.pk or actor.user is None or refund.proposed_by_id != actor.user.pk:
        raise Invalid("submission_key", _("这份内容已经发送过。请刷新页面再写。"))
    return refund


def _waiting(row: Case, actor: Actor, verb: str, version: int | None = None) -> Refund:
    if proposals.is_barred(row, actor, verb):
        raise WrongState(_("这是支付机构提出的退款，由支付机构改或撤回。"))
    refund = Refund.objects.select_for_update(of=("self",)).get(case=row, state=State.PROPOSED)
    if version is not None and refund.version != version:
        raise WrongState(_("刚才有人改过这笔退款，请看过再改。"))
    return refund


def _locked(row: Case) -> Payment:
    return Payment.objects.select_for_update(of=("self",), no_key=True).get(pk=row.payment_id)


def _write(
    refund: Refund, payment: Payment, actor: Actor, minor: int | None, reason: str, kind: str,
    currency: str,
) -> None:  # fmt: skip
    """The words of this version, its author and what the author's role may let go alone."""
    if currency != payment.currency:
        raise Invalid(
            "refund_amount",
            _("这笔消费是 %(currency)s，退款也要用它。") % {"currency": payment.currency},
        )
    if kind not in PROPOSED_HERE:
        raise Invalid("refund_kind", _("请选择退货或当日撤销。"))
    if kind == Kind.VOID:
        if fault := voiding.fault(payment):
            raise Invalid("refund_kind", fault)
        minor = payment.amount_minor if minor is None else minor
        if minor != payment.amount_minor:
            raise Invalid("refund_amount", _("撤销只能是全额；退一部分请用退货。"))
    left = money_back.left_minor(payment)
    if minor is None:
        minor = left
    try:
        money_back.check(payment, _book(kind), minor)
    except Invalid as error:
        raise Invalid("refund_amount", error.message) from None
    try:
        refund.reason = words.clean(reason, "refund_reason", LONGEST)
    except Invalid:
        raise Invalid("refund_reason", _("请写明为什么退，最多 300 字。")) from None
    refund.kind, refund.amount_minor, refund.currency = kind, minor, payment.currency
    author(refund, actor)


def author(refund: Refund, actor: Actor) -> None:
    """Whose words this version is, and what that role may let go alone by the policy in force."""
    if actor.user is None:
        raise NotAllowed()
    role = str(actor.role)
    refund.proposed_by, refund.proposer_role = actor.user, role
    refund.proposer_person, refund.proposed_at = actor.user.person, moment.now()
    refund.limit_minor = policy.current_version().refund_limits.get(role, 0)


def _book(kind: str) -> str:
    return Refund(kind=kind).book_kind


def tell_approvers(row: Case, refund: Refund, key: str) -> None:
    asked = "network_asked" if refund.dispute_id else "refund_asked"
    link = settings.PUBLIC_URL + reverse("desk:case", args=[row.number])
    members = Membership.objects.active().filter(user__is_active=True, role=Role.SUPERVISOR)
    people = {each.user_id: each.user for each in members.select_related("user").order_by("pk")}
    others = [user for user in people.values() if user.person != refund.proposer_person]
    messages_out.tell_users(row, others, asked, link, key=key)
