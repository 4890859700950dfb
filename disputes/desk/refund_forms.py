"""The money of a case beside its conversation: what goes back, and the forms to let it go."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from disputes import actions, money_back, redoing, voiding
from disputes.models import Case, Refund
from disputes.policy import proposals
from disputes.refunds import progress, words
from portal import card_numbers, money
from portal.accounts import step_up
from portal.accounts.actor import Actor
from portal.accounts.models import MERCHANT_ROLES, Role
from receipts.lookup_form import LONGEST, Unreadable, read_sum
from receipts.models import Payment

# An error at one of these stands in these forms and not under the conversation.
FIELDS = {
    "refund_amount",
    "refund_reason",
    "refund_kind",
    "refund_code",
    "refuse_why",
    "reference",
    "not_executed_why",
    "redo",
}
# What was typed before the code was asked for, in the session of whoever is on the way to it.
TYPED = "refund_typed"
SHOWN = (
    "propose_refund",
    "edit_refund",
    "approve_refund",
    "refuse_refund",
    "withdraw_proposal",
    "note_executed",
    "note_not_executed",
    "link_redo",
)


@dataclass(frozen=True)
class Money:
    may: frozenset[str]
    lines: tuple[words.Line, ...]
    steps: list[progress.Step]  # of the refund that counts
    proposal: Refund | None
    proposer: str  # 店长 王丽; to a shop, of the institution's people the role alone
    is_own: bool  # the proposal's author is the reader, by whichever account
    to_execute: Refund | None
    left: str
    suggested: str  # digits, for the field
    agreed: str  # so much was agreed, and nobody has proposed it yet
    again: bool  # the last one could not be made, and nobody has proposed another
    done: str  # so much went back as was asked for: nothing is left but to close the case
    alone: str  # what the reader's role may let go alone
    may_void: bool
    redos: tuple[Payment, ...]  # later payments of the same card here
    fresh: bool  # the second factor was shown a moment ago
    key: str


def of(case, actor: Actor, verbs: dict, proved_at: datetime | None) -> Money | None:
    """`case` is one of `case_page.visible_cases`, which knows its sums. None where nothing can go
    back and nothing did."""
    payment = case.payment
    if payment is None:
        return None
    may = frozenset(name for name in SHOWN if name in verbs)
    called = words.MERCHANT if actor.is_merchant else words.STAFF
    refunds = list(case.refunds.select_related("proposed_by")) if case.has_refunds else []
    if actor.is_merchant:  # what goes through the card network stands on its own page
        refunds = [each for each in refunds if each.dispute_id is None]
    lines = words.lines(refunds, called)
    left = money_back.left_minor(payment, case.taken_minor or 0)
    can_void = "propose_refund" in may and not case.taken_minor and not voiding.fault(payment)
    if not left and not can_void:
        may -= {"propose_refund"}
    if not may and not lines:
        return None
    waiting = next((each for each in refunds if each.state == Refund.State.PROPOSED), None)
    open_states = {Refund.State.APPROVED, Refund.State.UNKNOWN}
    failed = refunds[-1] if refunds and refunds[-1].state == Refund.State.FAILED else None
    asked = failed.amount_minor if failed else case.agreed_minor or case.requested_minor or left
    if can_void:  # all or nothing
        asked = left = payment.amount_minor
    wanted = min(asked, left or payment.amount_minor)
    agreed = case.agreed_minor if case.agreed_minor and not refunds else None
    limit = case.refund_limits.get(str(actor.role), 0)
    return Money(
        may=may,
        lines=lines,
        steps=progress.of(
            case, refunds, progress.MERCHANT if actor.is_merchant else progress.STAFF
        ),
        proposal=waiting,
        proposer=_proposer(waiting, actor) if waiting else "",
        is_own=bool(waiting and actor.user and proposals.is_same_person(waiting, actor)),
        to_execute=next((each for each in refunds if each.state in open_states), None)
        if "note_executed" in may
        else None,
        left=money.text(left, payment.currency),
        suggested=money.digits(waiting.amount_minor if waiting else wanted, payment.currency),
        agreed=money.text(agreed, payment.currency) if agreed else "",
        again=failed is not None,
        done=_done(case, refunds, payment.currency) if "resolve" in verbs else "",
        alone=money.text(limit, payment.currency) if limit else "",
        may_void=can_void,
        redos=tuple(redoing.candidates(payment)) if "link_redo" in may else (),
        fresh=step_up.is_fresh(proved_at),
        key=str(uuid.uuid4()),
    )


def _done(case: Case, refunds: list[Refund], currency: str) -> str:
    made = {Refund.State.EXECUTED, Refund.State.CONFIRMED}
    went = sum(each.amount_minor for each in refunds if each.state in made)
    enough = went and went >= (case.agreed_minor or case.requested_minor or went)
    waits = case.refund_waits or case.redone_by_id  # a redo closes its case by itself
    return money.text(went, currency) if enough and not waits else ""


def keep_typed(request, case: Case, error: Exception) -> None:
    """The code is asked for on a page of its own: what was typed stands here again afterwards."""
    form = request.POST
    if getattr(error, "field", "") != "refund_code" or form.get("verb") != "propose_refund":
        return
    typed = {name: form.get(name, "")[:400] for name in ("refund_amount", "refund_reason")}
    if not any(card_numbers.holds_one(text) for text in typed.values()):
        request.session[TYPED] = {"case": case.number, **typed}


def typed(request, case: Case):
    """What stands in the forms: of the one that was refused just now, or before the code."""
    if request.method == "POST" or request.session.get(TYPED, {}).get("case") != case.number:
        return request.POST
    return request.session.pop(TYPED)


def _proposer(waiting: Refund, actor: Actor) -> str:
    role = str(Role(waiting.proposer_role).label)
    if actor.is_merchant and waiting.proposer_role not in MERCHANT_ROLES:
        return role
    return f"{role} {waiting.proposed_by.name}"


def _amount(form) -> int:
    typed = form.get("refund_amount", "").strip()[:LONGEST]
    try:
        return read_sum(typed)
    except Unreadable as error:
        raise actions.Invalid("refund_amount", str(error)) from None


def _key(form) -> uuid.UUID:
    try:
        return uuid.UUID(form.get("submission_key", ""))
    except ValueError:
        return uuid.uuid4()


def _number(form, name: str) -> int:
    text = form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def propose_refund(case: Case, actor: Actor, form, proved_at) -> str:
    refund = actions.propose_refund(
        case,
        actor=actor,
        amount_minor=_amount(form),
        reason=form.get("refund_reason", ""),
        kind=form.get("refund_kind", "") or Refund.Kind.REFUND,
        submission_key=_key(form),
        proved_at=proved_at,
    )
    refund.refresh_from_db()
    if refund.state == Refund.State.PROPOSED:
        return _("已提出，等另一个人批准。")
    return _("在您的额度内，已交去执行，并告诉了客户。")


def edit_refund(case: Case, actor: Actor, form, _proved_at) -> str:
    actions.edit_refund(
        case,
        actor=actor,
        version=_number(form, "version"),
        amount_minor=_amount(form),
        reason=form.get("refund_reason", ""),
    )
    return _("已改，等另一个人批准改过的。")


def approve_refund(case: Case, actor: Actor, form, proved_at) -> str:
    try:
        refund = actions.approve_refund(
            case,
            actor=actor,
            amount_minor=_number(form, "amount_minor"),
            version=_number(form, "version"),
            proved_at=proved_at,
        )
    except actions.Invalid as error:
        field = "refund_amount" if error.field == "amount" else error.field
        raise actions.Invalid(field, error.message) from None
    if refund.dispute_id is not None:
        return _("已批准，这一步已经记下。")
    return _("已批准，并告诉了客户和商户。")


def refuse_refund(case: Case, actor: Actor, form, _proved_at) -> str:
    actions.refuse_refund(case, actor=actor, reason=form.get("refuse_why", ""))
    return _("没有批准，提出的人会看到理由。")


def withdraw_proposal(case: Case, actor: Actor, _form, _proved_at) -> str:
    actions.withdraw_proposal(case, actor=actor)
    return _("提案已撤回。")


def note_executed(case: Case, actor: Actor, form, _proved_at) -> str:
    try:
        actions.note_executed(
            case,
            actor=actor,
            refund=form.get("refund", ""),
            reference=form.get("reference", ""),
        )
    except actions.Invalid as error:
        field = "reference" if error.field == "amount" else error.field
        raise actions.Invalid(field, error.message) from None
    return _("已登记，客户会看到到账的日期。")


def note_not_executed(case: Case, actor: Actor, form, _proved_at) -> str:
    actions.note_not_executed(
        case, actor=actor, refund=form.get("refund", ""), reason=form.get("not_executed_why", "")
    )
    return _("已登记没有退成，金额放开了。")


def link_redo(case: Case, actor: Actor, form, _proved_at) -> str:
    chosen = form.get("redo", "")
    later = redoing.candidates(case.payment) if case.payment else []
    found = [each for each in later if str(each.pk) == chosen]
    actions.link_redo(case, actor=actor, payment=found[0] if found else None)
    return _("已对上，两笔都确认以后案件自动办结。")


DEEDS = {
    "link_redo": link_redo,
    "propose_refund": propose_refund,
    "edit_refund": edit_refund,
    "approve_refund": approve_refund,
    "refuse_refund": refuse_refund,
    "withdraw_proposal": withdraw_proposal,
    "note_executed": note_executed,
    "note_not_executed": note_not_executed,
}
