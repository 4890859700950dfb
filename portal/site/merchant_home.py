"""The merchant's first page: what is to be done, then the day's figures. Joins the floors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Min, Q, Sum
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from disputes import to_do
from disputes.desk import network_page
from disputes.desk.rows import Row, rows_of
from disputes.models import Case, NetworkDispute
from disputes.models.case import Stage, Status
from disputes.models.message import Audience, Author
from portal import audit
from portal.accounts.access import MERCHANT, role_required
from portal.accounts.actor import Actor
from portal.accounts.middleware import SESSION_KEY, memberships_of
from portal.accounts.models import Membership
from portal.audit import reading
from portal.moments import length
from receipts.finding.days import day_bounds
from receipts.models import Merchant, Payment, Reversal
from receipts.models.payment import SlipPrinted
from receipts.models.payment import Status as PaymentStatus

SHOWN = 5
MEDIAN_OVER_DAYS = 30


@dataclass(frozen=True)
class Todo:
    """The first few of each, and how many there are in all."""

    cases: tuple[Row, ...]
    waiting: int
    without_slip: list[Payment]
    lost: int
    signed: list[tuple[NetworkDispute, network_page.Left | None]]  # slips to be uploaded

    @property
    def number(self) -> int:
        return self.waiting + self.lost + len(self.signed)

    @property
    def more_cases(self) -> int:
        return self.waiting - len(self.cases)

    @property
    def more_without_slip(self) -> int:
        return self.lost - len(self.without_slip)


@dataclass(frozen=True)
class Figures:
    """Of today so far, save the last; amounts in fen."""

    taken: int
    taken_minor: int
    printed: int
    known: int
    returned: int
    returned_minor: int
    first_answer: str
    answered: int


@require_safe
@role_required(*MERCHANT)
def home(request):
    reading.note(request.actor, "list:merchant_home", what=reading.What.LISTED)
    shops = list(Merchant.objects.visible_to(request.actor).values_list("pk", flat=True))
    found = todo(request.actor, shops)
    to_do.keep(request.actor.organisation.pk, found.number)
    context = {
        "todo": found,
        "figures": figures(request.actor, shops),
        "memberships": _others(request),
    }
    return render(request, "portal/merchant/home.html", context)


@require_POST
@role_required(*MERCHANT)
def switch(request):
    """Work for another of one's organisations from now on."""
    chosen = request.POST.get("membership", "")
    membership = next((m for m in memberships_of(request.user) if str(m.pk) == chosen), None)
    if membership is None:
        raise Http404
    with transaction.atomic():
        audit.record(
            f"account:{request.user.public_id}",
            "organisation.switched",
            actor=request.actor,
            before={"organisation": str(request.actor.organisation.public_id)},
            after={"organisation": str(membership.organisation.public_id)},
        )
        request.session[SESSION_KEY] = membership.pk
    messages.success(request, _("现在看的是%(name)s。") % {"name": membership.organisation.name})
    return redirect("account_home")


def _others(request) -> list[Membership]:
    """The other organisations one may work for."""
    return [
        membership
        for membership in memberships_of(request.user)
        if membership.organisation_id != request.actor.organisation.pk
    ]


def number(actor: Actor) -> int:
    """How much there is to do, as every page's bar says it."""
    if actor.organisation is None:
        return 0
    kept = to_do.kept(actor.organisation.pk)
    if kept is None:
        to_do.keep(actor.organisation.pk, kept := _count(actor))
    return kept


def _count(actor: Actor) -> int:
    """As `Todo.number`, without what it is made of."""
    shops = list(Merchant.objects.visible_to(actor).values_list("pk", flat=True))
    signed = len(network_page.slips_wanted(actor))
    return _waiting(actor).count() + _lost(actor, shops).count() + signed


def _waiting(actor: Actor):
    return Case.objects.visible_to(actor).open().filter(stage=Stage.MERCHANT)


def _lost(actor: Actor, shops: list[int]):
    return _today(actor, shops).filter(slip_printed=SlipPrinted.NO)


def todo(actor: Actor, shops: list[int]) -> Todo:
    """Cases that lie with the shop, by time left (paused ones last); today's lost slips."""
    now = timezone.now()
    waiting = _waiting(actor)
    cases = waiting.select_related("merchant", "payment", "assignee")
    running = cases.exclude(status=Status.WAITING_CONSUMER).order_by("due_at", "id")[:SHOWN]
    rows = list(running)
    if len(rows) < SHOWN:
        paused = cases.filter(status=Status.WAITING_CONSUMER).order_by("last_word_at", "id")
        rows += paused[: SHOWN - len(rows)]
    lost = _lost(actor, shops).order_by("-occurred_at", "-pk")
    return Todo(
        cases=rows_of(rows, now),
        waiting=waiting.count(),
        without_slip=list(lost.select_related("terminal")[:SHOWN]),
        lost=lost.count(),
        signed=network_page.slips_wanted(actor),
    )


def _today(actor: Actor, shops: list[int]):
    """By the shops' ids beside `visible_to`: so the index of each shop's payments serves."""
    start, end = day_bounds(timezone.localdate())
    return Payment.objects.visible_to(actor).filter(
        merchant__in=shops, occurred_at__gte=start, occurred_at__lt=end
    )


def figures(actor: Actor, shops: list[int]) -> Figures:
    paid = _today(actor, shops).exclude(status__in=(PaymentStatus.DECLINED, PaymentStatus.VOIDED))
    taken = paid.aggregate(
        taken=Count("pk"),
        minor=Sum("amount_minor"),
        printed=Count("pk", filter=Q(slip_printed=SlipPrinted.YES)),
        known=Count("pk", filter=~Q(slip_printed=SlipPrinted.UNKNOWN)),
    )
    start, end = day_bounds(timezone.localdate())
    back = Reversal.objects.filter(
        payment__merchant__in=shops,
        kind=Reversal.Kind.REFUND,
        occurred_at__gte=start,
        occurred_at__lt=end,
    ).aggregate(n=Count("pk"), minor=Sum("amount_minor"))
    answers = _first_answers(actor)
    return Figures(
        taken=taken["taken"],
        taken_minor=taken["minor"] or 0,
        printed=taken["printed"],
        known=taken["known"],
        returned=back["n"],
        returned_minor=back["minor"] or 0,
        first_answer=length(timedelta(seconds=median(answers))) if answers else "",
        answered=len(answers),
    )


def _first_answers(actor: Actor) -> list[float]:
    """Seconds from opening to the shop's first word to the customer; of the last 30 days."""
    since = timezone.now() - timedelta(days=MEDIAN_OVER_DAYS)
    first = Min(
        "messages__created_at",
        filter=Q(messages__author_kind=Author.MERCHANT, messages__audience=Audience.ALL),
    )
    cases = Case.objects.visible_to(actor).filter(opened_at__gt=since).annotate(first=first)
    return [
        (answered - opened).total_seconds()
        for opened, answered in cases.filter(first__isnull=False).values_list("opened_at", "first")
    ]
