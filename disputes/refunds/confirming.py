"""Files and feeds tell that a refund came about: the row that is ours confirms it, once."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Q, Sum

from disputes import redoing
from disputes.actions.redo import finish_redo
from disputes.models import Case, MoneyBack, Refund
from disputes.refunds import course
from portal import audit
from portal.accounts.actor import Actor
from receipts.models import Payment, PaymentHistory, Reversal

State = Refund.State
# By hand executed and not written down yet, it may be confirmed too: the money moved.
OPEN = (State.APPROVED, State.SENT, State.UNKNOWN, State.EXECUTED)


def payment_changed(effect_key: str, *, payments: list[str], **_facts) -> None:
    """News from the floor below. Harmless twice: what is confirmed is open no more."""
    ids = [UUID(each) for each in payments]
    waiting = _open().filter(payment__in=ids)
    for case_id in sorted(set(waiting.values_list("case_id", flat=True))):
        look(case_id)
    redone = Case.objects.open().filter(Q(payment__in=payments) | Q(redone_by__in=payments))
    for case in redone.filter(redone_by__isnull=False).select_related("redone_by").order_by("pk"):
        if redoing.is_whole(case):
            finish_redo(case, actor=Actor.system("refunds"))


def _open():
    """What goes through the card network is told of to its track (disputes.network)."""
    return Refund.objects.filter(state__in=OPEN, dispute=None)


@transaction.atomic
def look(case_id: int) -> int:
    """Confirm what can be of one case; how many refunds."""
    case = Case.objects.select_for_update(of=("self",)).select_related("policy").get(pk=case_id)
    rows = _open().select_for_update(of=("self",)).filter(case=case)
    confirmed = 0
    for refund in rows.order_by("approved_at", "pk"):
        payment = Payment.objects.select_for_update(of=("self",), no_key=True).get(
            pk=refund.payment_id
        )
        reversal = _its_row(refund, payment)
        if reversal is None and not _told_without_a_row(refund, payment):
            continue
        course.confirmed(case, refund, reversal)
        case.save(update_fields=["refund_waits"])
        audit.record(case.subject, "case.refund_confirmed", **course.by_itself(refund))
        course.tell(case, refund, "refund_confirmed", course.amount(refund))
        confirmed += 1
    return confirmed


def unclaimed(payment: Payment):
    """Reversals that no refund of ours has been confirmed by."""
    return Reversal.objects.filter(payment=payment, refund=None)


def _its_row(refund: Refund, payment: Payment) -> Reversal | None:
    """Of the same kind and amount, come since the approval; the one that bears our reference
    before any other."""
    rows = unclaimed(payment).filter(
        kind=refund.kind, amount_minor=refund.amount_minor, created_at__gte=refund.approved_at
    )
    found = list(rows.order_by("created_at", "pk"))
    named = [each for each in found if refund.reference in {each.rrn, each.source_id} - {""}]
    return next(iter(named or found), None)


def _told_without_a_row(refund: Refund, payment: Payment) -> bool:
    """Some files tell of refunds in the payment's own row only."""
    if refund.kind != Refund.Kind.REFUND or payment.reversals.exists():
        return False
    counted = MoneyBack.objects.filter(payment=payment, in_files=True)
    known = counted.aggregate(sum=Sum("amount_minor"))["sum"] or 0
    if payment.refunded_minor - known < refund.amount_minor:
        return False
    grown = PaymentHistory.objects.filter(payment=payment, applied=True, at__gte=refund.approved_at)
    steps = (each.get("refunded_minor") for each in grown.values_list("changes", flat=True))
    return any(step and int(step[1]) - int(step[0]) == refund.amount_minor for step in steps)
