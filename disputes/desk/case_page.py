"""Everything one needs to see of a case, read for one person.

Each list starts from what that person may see; a merchant is given neither the customer's
contact nor anything of another merchant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import CharField, Exists, OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.functional import Promise

from disputes import clocks, moment, money_back, policy
from disputes.actions.assign import Colleague, colleagues
from disputes.desk import (
    charged,
    clock_view,
    contact,
    history,
    network_page,
    next_step,
    refund_forms,
    related,
    sensible,
    special,
    talk,
    terminal_then,
    undelivered,
)
from disputes.desk.clock_view import ClockView
from disputes.models import Case, NetworkDispute, PolicyVersion, Refund
from disputes.network import track
from disputes.policy import assignment
from portal.accounts.actor import Actor
from portal.accounts.models import User
from portal.compiled import CompiledFor, Later
from receipts.models import Payment, Reversal, SlipIssue

REPRINT, REPRINTED = "reprint", "reprinted"


@dataclass(frozen=True)
class CasePage:
    case: Case
    reader: User | None
    now: datetime
    clock: ClockView | None  # the one that matters now
    clocks: tuple[ClockView, ...]  # the others
    stations: list[next_step.Station]
    next: next_step.NextStep | None
    talk: tuple[talk.Line, ...]
    verbs: dict
    reversals: list[Reversal]
    alike: list[Payment]  # perhaps the same charge twice
    issues: list[SlipIssue]
    related: related.Related
    steps: tuple[history.Lately, ...]
    steps_in_all: int
    outcome: str | Promise  # how it was closed; "" while it is open
    unmask_minutes: int
    contact: contact.Contact  # masked as a rule; nothing for a merchant
    colleagues: list[Colleague]
    special: special.Special | None
    network: NetworkDispute | None  # what the card network has written about the payment
    network_left: network_page.Left | None
    may_give_back: bool  # through the card network, which has not written yet
    money: refund_forms.Money | None
    then: terminal_then.Then | None  # the terminal at that minute
    first: list[sensible.Action]
    undelivered: undelivered.Undelivered | None = None  # to the customer, for the institution

    @property
    def seen(self) -> int:
        """The newest message of the case that stands on the page."""
        return max((line.number for line in self.talk if line.of_case), default=0)

    @property
    def reprint_waits(self) -> bool:
        """Whether the slip on paper is still to be made for the customer."""
        done = any(line.event == REPRINTED and line.of_case for line in self.talk)
        return REPRINT in self.verbs and not done

    @property
    def given(self) -> str | Promise:
        """By which rule its owner got it; "" where a person gave it."""
        return assignment.GIVEN.get(self.case.assigned_by, "")

    @property
    def owner_back(self) -> str:
        """The day on which its owner is there again, in words; "" while nobody is missed."""
        return _owner_back(self.case, self.colleagues)

    @property
    def may_take(self) -> bool:
        """Whether the reader is one of those to whom a case may be given, and has it not yet."""
        return _may_take(self.case, self.reader, self.colleagues)


def visible_cases(actor: Actor):
    """With what every page of a case shows."""
    return (
        Case.objects.visible_to(actor)
        .select_related("payment__terminal", "payment__merchant", "merchant", "assignee", "policy")
        .select_related("payment__network_dispute", "organisation")
        .annotate(
            took_in=Exists(Case.objects.filter(merged_into=OuterRef("pk"))),
            taken_minor=money_back.taken_of_case(),
            has_refunds=Exists(Refund.objects.filter(case=OuterRef("pk"))),
            has_undelivered=undelivered.exists(),
            refund_limits=PolicyVersion.objects.order_by("-number").values("refund_limits")[:1],
        )
    )


# What the institution's people may see depends on their role alone.
_of_number = CompiledFor(
    lambda actor: visible_cases(actor).filter(number=Later("number", CharField()))
)


def find(number: str, actor: Actor) -> Case | None:
    if actor.is_institution:
        found = next(iter(_of_number(actor.role, actor).queryset(number=number)), None)
    else:
        found = visible_cases(actor).filter(number=number).first()
    if found is not None:
        clocks.bring(found)
    return found


def get(number: str, actor: Actor) -> Case:
    """Raises Http404."""
    found = find(number, actor)
    if found is None:
        raise Http404
    return found


def locked(request, number: str):
    """The page that says only that a case is locked and until when. Raises Http404 for others."""
    case = get_object_or_404(Case.objects.locked_for(request.actor), number=number)
    return render(request, "disputes/desk/locked.html", {"case": case, "number": number})


def _may_take(case: Case, reader: User | None, colleagues: list[Colleague]) -> bool:
    known = reader is not None and any(each.pk == reader.pk for each in colleagues)
    return known and reader is not None and case.assignee_id != reader.pk


def _owner_back(case: Case, colleagues: list[Colleague]) -> str:
    return next((each.back for each in colleagues if each.pk == case.assignee_id), "")


def _outcome(case: Case) -> str | Promise:
    return "" if case.is_open else policy.closing_label(case)


def _network_left(network: NetworkDispute | None, actor: Actor) -> network_page.Left | None:
    """The institution's last moment to answer, or the merchant's for the signed slip."""
    if network is None:
        return None
    return network_page.left(network.slip_due_at if actor.is_merchant else network.due_at)


def of(case: Case, actor: Actor, proved_at: datetime | None = None) -> CasePage:
    """`proved_at`: when the reader last showed the second factor in this browser."""
    now = moment.now()
    states = clocks.of(case, now)
    state = clocks.current(case, now)
    steps, steps_in_all = history.few_of(case) if actor.is_institution else ((), 0)
    verbs = {verb.name: verb for verb in policy.allowed(case, actor)}
    payment, beside = case.payment, related.of(case, actor)
    network = network_page.of_case(case, actor)
    shown = contact.of(case, actor)
    ours = actor.is_institution
    people = colleagues() if ours and case.is_open else []
    said = talk.of(case, actor, in_full=shown.until is not None)
    alike = charged.alike(payment, actor) if payment else []
    return CasePage(
        case=case,
        reader=actor.user,
        now=now,
        clock=clock_view.view(state, now) if state else None,
        clocks=tuple(clock_view.view(s, now) for s in states if s != state),
        stations=next_step.stations(case),
        next=next_step.of(case, states, state),
        talk=said,
        verbs=verbs,
        reversals=charged.reversals(payment) if payment else [],
        alike=alike,
        issues=charged.issues(payment) if payment else [],
        related=beside,
        steps=steps,
        steps_in_all=steps_in_all,
        outcome=_outcome(case),
        unmask_minutes=settings.UNMASK_MINUTES,
        contact=shown,
        colleagues=people,
        special=special.of(case, actor, verbs, beside.of_contact) if ours else None,
        then=terminal_then.of(payment, actor) if payment and ours else None,
        undelivered=undelivered.of(case) if ours else None,
        first=(
            sensible.of(
                case,
                verbs,
                said,
                state,
                alike,
                _owner_back(case, people),
                _may_take(case, actor.user, people),
            )
            if ours
            else []
        ),
        network=network,
        network_left=_network_left(network, actor),
        may_give_back=bool(
            payment
            and not network
            and not case.refund_waits
            and track.may_give_back(payment, actor)
        ),
        money=refund_forms.of(case, actor, verbs, proved_at),
    )
