import structlog
from celery import shared_task

from disputes import clocks, moment, policy
from disputes.actions import Refused, escalate
from disputes.models import Case
from portal.accounts.actor import Actor

log = structlog.get_logger()


@shared_task
def sweep_clocks() -> int:
    """Hand to the institution what a merchant let run out; how many cases moved.

    What the worker missed while it was away is found by the next sweep. A case is looked at again
    under its lock, so that two sweeps, or a reply in the same second, move it once or not at all.
    """
    moved = 0
    for case in _run_out():
        try:
            escalate(case, actor=Actor.system("clocks"), reason="time")
            moved += 1
        except Refused:
            continue  # somebody acted meanwhile
        except Exception:  # one case in trouble must not keep the others waiting
            log.exception("clock_sweep_failed", case=case.number)
    return moved


def _run_out():
    now = moment.now()
    due = (
        Case.objects.open()
        .filter(policy.swept(), due_at__lt=now)
        .select_related("policy")
        .prefetch_related("clock_events")
        .order_by("due_at", "id")
    )
    for case in due.iterator(chunk_size=200):
        # The earliest clock may be another (a slip not given in time), so look at each.
        if clocks.missed(case, policy.ESCALATING):
            yield case
