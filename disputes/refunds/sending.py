"""Sending a refund to its gateway and asking what became of it; one worker at a time.

Written down first, then sent: a worker that dies in between leaves a refund that was perhaps sent,
and such a one is asked about. It is sent again, under the same number, only when the gateway says
that it never heard of it.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from disputes.errors import Refused
from disputes.events import executed_detail
from disputes.models import Case, Refund
from disputes.refunds import course, gateway, words
from disputes.refunds.gateway import Answer
from portal import audit
from portal.durable import durable
from portal.outbox.delivery import pause_after

State = Refund.State
UNDER_WAY = (State.APPROVED, State.SENT, State.UNKNOWN)
TAKEN_FOR = timedelta(minutes=2)  # a worker that died is followed by another after this
WAITS_AT_MOST = timedelta(hours=1)
PENDING_PAUSE = timedelta(minutes=5)


def work(pk: int) -> bool:
    """One turn of one refund; whether there was anything to do."""
    refund = _take(pk)
    if refund is None:
        return False
    first = refund.state == State.APPROVED
    if first and not leave(refund):
        return True
    way = gateway.HttpGateway()
    answer = way.send(refund) if first else way.ask(refund)
    if answer.state == gateway.ABSENT:
        answer = way.send(refund)
    note(refund, answer)
    return True


def due(now=None) -> list[int]:
    rows = Refund.objects.filter(next_at__lte=now or timezone.now(), state__in=UNDER_WAY)
    return list(rows.order_by("next_at").values_list("pk", flat=True)[:200])


def _take(pk: int) -> Refund | None:
    """Ours for a while, by moving the time at which it is looked at next: no lock is held while a
    gateway thinks."""
    now = timezone.now()
    ours = Refund.objects.filter(pk=pk, state__in=UNDER_WAY, next_at__lte=now)
    if not ours.update(next_at=now + TAKEN_FOR, tries=F("tries") + 1):
        return None
    return Refund.objects.select_related("payment__merchant", "payment__terminal").get(pk=pk)


@durable()
def leave(refund: Refund) -> bool:
    """Before it leaves: that it does is written down, and that there is still room for it."""
    case, row = _locked(refund)
    if row.state != State.APPROVED:
        return False
    try:
        course.hand_over(case, row)
    except Refused:  # files told meanwhile that too much would go back
        _failed(case, row, words.NO_ROOM)
        return False
    case.save(update_fields=["refund_waits"])
    audit.record(case.subject, "case.refund_sent", **course.by_itself(row))
    return True


def _failed(case: Case, row: Refund, error: str) -> None:
    course.failed(case, row, error=error)
    case.save(update_fields=["refund_waits"])
    audit.record(case.subject, "case.refund_failed", **course.by_itself(row))
    course.tell(case, row, "refund_failed", course.amount(row))
    course.tell_proposer(case, row, "refund_failed", row.number)


@durable()
def note(refund: Refund, answer: Answer) -> None:
    """What the gateway said, once: of a refund whose end is known nothing changes any more."""
    case, row = _locked(refund)
    if row.state not in {State.SENT, State.UNKNOWN}:
        return
    if answer.state == gateway.DONE:
        course.executed(case, row, reference=answer.reference)
        case.save(update_fields=["refund_waits"])
        audit.record(case.subject, "case.refund_executed", **course.by_itself(row))
        course.tell(case, row, "refund_executed", executed_detail(row))
    elif answer.state == gateway.REFUSED:
        _failed(case, row, answer.error)
    elif answer.state == gateway.PENDING:
        _wait(case, row, State.SENT, PENDING_PAUSE, "")
    else:
        was = row.state
        pause = min(pause_after(row.tries), WAITS_AT_MOST)
        _wait(case, row, State.UNKNOWN, pause, answer.error)
        if was != State.UNKNOWN:
            audit.record(case.subject, "case.refund_unknown", **course.by_itself(row))


def _wait(case: Case, row: Refund, state: str, pause: timedelta, error: str) -> None:
    course.turn(case, row, state, next_at=timezone.now() + pause, error=error)
    case.save(update_fields=["refund_waits"])


def _locked(refund: Refund) -> tuple[Case, Refund]:
    case = (
        Case.objects.select_for_update(of=("self",)).select_related("policy").get(pk=refund.case_id)
    )
    row = Refund.objects.select_for_update(of=("self",)).select_related("payment")
    return case, row.get(pk=refund.pk)
