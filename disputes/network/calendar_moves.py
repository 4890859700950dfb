"""A working calendar that changes moves the last moments that were counted by it; those that stood
in a message of the network stay."""

from django.db import transaction

from disputes import moment
from disputes.models import NetworkDispute
from disputes.models.network import State
from disputes.network import deadlines, track
from disputes.policy import limits
from disputes.policy import network as rules
from disputes.policy.limits import Limit
from portal import audit
from portal.accounts.actor import Actor
from portal.audit.trail import utc_text
from portal.calendar import working
from portal.outbox import news

ACTOR = Actor.system("calendar")


def register() -> None:
    news.subscribe("calendar_changed", calendar_changed)


def calendar_changed(effect_key: str, **_facts) -> None:
    """Tracks that wait for an answer of ours are few. Harmless twice."""
    working.forget()
    waiting = NetworkDispute.objects.filter(due_at__isnull=False).order_by("pk")
    for pk in waiting.values_list("pk", flat=True):
        compute_again(pk)


@transaction.atomic
def compute_again(pk: int) -> bool:
    """Whether a last moment moved; looked at under the track's lock."""
    row = track.locked(pk)
    step = deadlines.open_step(row)
    if step is None or row.due_at is None:
        return False
    before = row.due_at, row.slip_due_at
    clock = rules.clock_of(row, rules.STEPS[step.code])
    if not step.due_said and Limit.read(row.policy.limits[clock]).by_working_days:
        row.due_at = deadlines.of(row, clock, step.at)
    slip_limit = Limit.read(row.policy.limits[limits.NETWORK_SLIP])
    if row.slip_due_at and row.state == State.RETRIEVING and slip_limit.by_working_days:
        row.slip_due_at = deadlines.slip_due(row, step.at, row.due_at)
    if before == (row.due_at, row.slip_due_at):
        return False
    row.tell_at = deadlines.next_word(row, step)
    row.save()
    audit.record(
        row.subject,
        "network.due_moved",
        actor=ACTOR,
        before={"due_at": utc_text(before[0])},
        after={"due_at": utc_text(row.due_at)},
        reason="calendar_changed",
        at=moment.now(),
    )
    return True
