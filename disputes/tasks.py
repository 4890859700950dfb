from celery import shared_task

from disputes import clocks, digest, due_words, gathered, in_app, looking_again, moment, policy
from disputes.actions import Refused, escalate
from disputes.casefile import making
from disputes.desk import writing
from disputes.guest import drafts
from disputes.models import Case
from disputes.network import expiring, matching, sweep
from disputes.refunds import sending
from disputes.year import handled
from portal.accounts.actor import Actor
from portal.one_by_one import one_by_one


@shared_task
def sweep_clocks() -> int:
    """Hand to the institution what a merchant let run out; how many cases moved.

    What the worker missed while it was away is found by the next sweep. A case is looked at again
    under its lock, so that two sweeps, or a reply in the same second, move it once or not at all.
    """
    return one_by_one(_run_out(), _hand_over, "clock_sweep_failed", "case")


@shared_task
def tell_deadlines() -> int:
    """Say of deadlines that they are near, or missed; of how many cases."""
    return one_by_one(due_words.due(), due_words.tell, "deadline_not_told", "case")


def _hand_over(pk: int) -> bool:
    case = Case.objects.get(pk=pk)
    stage = case.stage
    try:
        escalate(case, actor=Actor.system("clocks"), reason="time")
    except Refused:
        return False  # somebody acted meanwhile
    return case.stage != stage


def _run_out() -> list[int]:
    """The earliest clock may be another (a slip not given in time), so each case is looked at."""
    due = (
        Case.objects.open()
        .filter(policy.swept(), due_at__lt=moment.now())
        .select_related("policy")
        .prefetch_related(clocks.WITH_EVENTS)
        .order_by("due_at", "id")
    )
    return [case.pk for case in due if clocks.missed(case, policy.ESCALATING)]


@shared_task
def send_refund(pk: int) -> bool:
    return sending.work(pk)


@shared_task
def sweep_refunds() -> int:
    """Send and ask what is due and was left behind; how many."""
    return one_by_one(sending.due(), sending.work, "refund_sweep_failed", "refund")


@shared_task
def make_case_file(pk: int) -> None:
    making.work(pk)


@shared_task
def sweep_case_files() -> int:
    """Files of cases that are still to be made; how many were tried."""
    return making.sweep()


@shared_task
def count_days() -> int:
    """Working days of closed cases that have none yet (disputes.year)."""
    return handled.fill()


@shared_task
def look_again() -> int:
    """Look for the payments of cases that wait for one."""
    return looking_again.look_again()


@shared_task
def sweep_network() -> int:
    """Deadlines of disputes with the card network: words, and what follows a missed one; and
    messages whose payment has come; proposals that the rules have shut."""
    return sweep.sweep() + matching.match_waiting() + expiring.sweep()


@shared_task
def send_gathered() -> int:
    """One mail to each person to whom cases were given by rule; to how many."""
    return gathered.send()


@shared_task
def send_digests() -> int:
    """The morning's mail to each merchant that has something to do; to how many."""
    return digest.send()


@shared_task
def erase_leftovers() -> int:
    """What was begun and not sent for a week: customers' drafts and files, staff's words; notices
    of long ago."""
    left = drafts.erase_old() + drafts.erase_unsent_files() + writing.erase_old()
    return left + in_app.erase_old()
