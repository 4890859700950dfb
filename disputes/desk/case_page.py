"""Everything one needs to see of a case, read for one person.

Each list starts from what that person may see; a merchant is given neither the customer's
contact nor anything of another merchant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.functional import Promise

from disputes import clocks, moment, policy
from disputes.actions.assign import assignable
from disputes.desk import clock_view, contact, history, next_step, special, talk
from disputes.desk.clock_view import ClockView
from disputes.models import Case
from portal.accounts.actor import Actor
from portal.accounts.models import User
from receipts.models import Payment, Reversal, SlipIssue
from receipts.models.payment import Status as PaymentStatus

RELATED_DAYS = 30
MINUTES_APART = 30  # two payments alike within these may be one that was charged twice


@dataclass(frozen=True)
class Related:
    """Other cases, as far as this person may see them: of the payment, the shop, the customer."""

    of_payment: list[Case]
    of_merchant: list[Case]
    of_contact: list[Case]


@dataclass(frozen=True)
class CasePage:
    case: Case
    reader: User | None
    now: datetime
    clock: ClockView | None  # the one that matters now
    clocks: list[ClockView]  # the others
    stations: list[next_step.Station]
    next: next_step.NextStep | None
    talk: list[talk.Line]
    verbs: dict
    reversals: list[Reversal]
    alike: list[Payment]  # perhaps the same charge twice
    issues: list[SlipIssue]
    related: Related
    steps: list[history.Step]
    steps_in_all: int
    outcome: str | Promise  # how it was closed; "" while it is open
    unmask_minutes: int
    contact: contact.Contact  # masked as a rule; nothing for a merchant
    colleagues: list[User]
    special: special.Special | None

    @property
    def seen(self) -> int:
        """The newest message of the case that stands on the page."""
        return max((line.number for line in self.talk if line.of_case), default=0)

    @property
    def may_take(self) -> bool:
        """Whether the reader is one of those to whom a case may be given, and has it not yet."""
        return self.reader in self.colleagues and self.case.assignee != self.reader


def visible_cases(actor: Actor):
    return (
        Case.objects.visible_to(actor)
        .select_related(
            "payment__terminal",
            "payment__merchant",
            "merchant",
            "organisation",
            "assignee",
            "policy",
            "merged_into",
        )
        .prefetch_related("clock_events")
    )


def locked(request, number: str):
    """The page that says only that a case is locked and until when. Raises Http404 for others."""
    case = get_object_or_404(Case.objects.locked_for(request.actor), number=number)
    return render(request, "disputes/desk/locked.html", {"case": case, "number": number})


def related(case: Case, actor: Actor) -> Related:
    """One query: the others of this payment, this merchant (30 days) or this contact."""
    same_payment = Q(payment=case.payment) if case.payment_id else Q(pk__in=[])
    same_contact = Q(contact_hash=case.contact_hash) if actor.is_institution else Q(pk__in=[])
    since = timezone.now() - timedelta(days=RELATED_DAYS)
    same_merchant = (
        Q(merchant=case.merchant, opened_at__gt=since) if case.merchant_id else Q(pk__in=[])
    )
    others = list(
        Case.objects.visible_to(actor)
        .filter(same_payment | same_contact | same_merchant)
        .exclude(pk=case.pk)
        .order_by("-opened_at", "-pk")[:60]
    )
    return Related(
        of_payment=[c for c in others if case.payment_id and c.payment_id == case.payment_id],
        of_merchant=[
            c
            for c in others
            if case.merchant_id and c.merchant_id == case.merchant_id and c.opened_at > since
        ],
        of_contact=[
            c for c in others if actor.is_institution and c.contact_hash == case.contact_hash
        ],
    )


def charged_alike(payment: Payment, actor: Actor) -> list[Payment]:
    """Payments with the same tail, amount and merchant, minutes apart; the index of look-ups has
    them. A declined one took no money."""
    apart = timedelta(minutes=MINUTES_APART)
    tail = (
        {"card_tail": payment.card_tail}
        if payment.card_tail
        else {"wallet_tail": payment.wallet_tail}
    )
    if not any(tail.values()):
        return []
    alike = Payment.objects.visible_to(actor).filter(
        **tail,
        amount_minor=payment.amount_minor,
        merchant=payment.merchant_id,
        occurred_at__gte=payment.occurred_at - apart,
        occurred_at__lte=payment.occurred_at + apart,
    )
    return list(
        alike.exclude(pk=payment.pk)
        .exclude(status=PaymentStatus.DECLINED)
        .order_by("occurred_at")[:5]
    )


def _outcome(case: Case) -> str | Promise:
    return "" if case.is_open else policy.closing_label(case)


def of(case: Case, actor: Actor) -> CasePage:
    now = moment.now()
    states = clocks.of(case, now)
    state = clocks.current(case, now)
    steps, steps_in_all = history.few_of(case) if actor.is_institution else ([], 0)
    verbs = {verb.name: verb for verb in policy.allowed(case, actor)}
    payment, beside = case.payment, related(case, actor)
    shown = contact.of(case, actor)
    return CasePage(
        case=case,
        reader=actor.user,
        now=now,
        clock=clock_view.view(state, now) if state else None,
        clocks=[clock_view.view(s, now) for s in states if s != state],
        stations=next_step.stations(case),
        next=next_step.of(case, states, state),
        talk=talk.of(case, actor, in_full=shown.until is not None),
        verbs=verbs,
        reversals=list(payment.reversals.order_by("occurred_at", "pk")) if payment else [],
        alike=charged_alike(payment, actor) if payment else [],
        issues=list(payment.slip_issues.order_by("-number")) if payment else [],
        related=beside,
        steps=steps,
        steps_in_all=steps_in_all,
        outcome=_outcome(case),
        unmask_minutes=settings.UNMASK_MINUTES,
        contact=shown,
        colleagues=assignable() if "assign" in verbs else [],
        special=(
            special.of(case, actor, verbs, beside.of_contact) if actor.is_institution else None
        ),
    )
