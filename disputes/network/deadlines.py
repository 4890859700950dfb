"""The last moments of a track: absolute, warned of 72 and 24 hours before, each word once.

A word is a row (NetworkWord) under a unique key, written in the transaction of its mails. What a
later word overtook while no worker was there is written down and not sent: nobody needs to hear
"72 hours" and "24 hours" in the same minute. A mark that lay before the message even came is no
word at all.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from disputes import clocks, moment
from disputes.models import NetworkDispute, NetworkStep, NetworkWord, SignedSlip
from disputes.network import words_out
from disputes.policy import limits
from disputes.policy.limits import Limit

What = NetworkWord.What
HOURS_72, HOURS_24 = timedelta(hours=72), timedelta(hours=24)
TICK = timedelta(microseconds=1)


class Mark(NamedTuple):
    at: datetime
    what: str


def of(row: NetworkDispute, clock: str, start: datetime) -> datetime:
    """When that limit of the track's policy runs out, counted from `start`."""
    return clocks.after(start, Limit.read(row.policy.limits[clock]))


def slip_due(row: NetworkDispute, start: datetime, answer_by: datetime | None) -> datetime | None:
    """The merchant's last moment for the signed slip: a day before ours at the latest, so that
    somebody can still look at it; where we have less than that ourselves, ours. None where nobody
    of the merchant can be asked."""
    if row.organisation_id is None:
        return None
    due = of(row, limits.NETWORK_SLIP, start)
    if answer_by is None:
        return due
    latest = answer_by - HOURS_24
    return min(due, latest if latest > start else answer_by)


def marks(row: NetworkDispute, step: NetworkStep | None) -> list[Mark]:
    """Every word that this step's deadlines may call for, oldest first."""
    if step is None:
        return []
    found = []
    if row.due_at is not None:
        found += [
            Mark(row.due_at - HOURS_72, What.IN_72),
            Mark(row.due_at - HOURS_24, What.IN_24),
            # The last moment still counts, so the word comes after it.
            Mark(row.due_at + TICK, What.MISSED),
        ]
    if row.slip_due_at is not None:
        found += [
            Mark(row.slip_due_at - HOURS_72, What.SLIP_72),
            Mark(row.slip_due_at - HOURS_24, What.SLIP_24),
            Mark(row.slip_due_at + TICK, What.SLIP_MISSED),
        ]
    ends = {What.MISSED, What.SLIP_MISSED}
    # What lay before the message was written down is no warning: that it came is told anyway.
    return sorted(mark for mark in found if mark.what in ends or mark.at > step.entered_at)


def open_step(row: NetworkDispute) -> NetworkStep | None:
    """The message that waits for our answer."""
    if row.due_at is None and row.slip_due_at is None:
        return None
    return row.steps.exclude(due_at=None).order_by("-pk").first()


def to_come(row: NetworkDispute, step: NetworkStep | None) -> list[Mark]:
    if step is None:
        return []
    told = set(step.words.values_list("what", flat=True)) if step.pk else set()
    return [mark for mark in marks(row, step) if mark.what not in told]


def next_word(row: NetworkDispute, step: NetworkStep) -> datetime | None:
    """When the sweep is to look at the track again; `step` is the newest."""
    waited = step if step.due_at is not None else open_step(row)
    coming = to_come(row, waited)
    return coming[0].at if coming else None


def overtaken(due: list[Mark]) -> set[str]:
    """Of the words that are due now, those that another of the same deadline has made stale."""
    names = {str(mark.what) for mark in due}
    stale: set[str] = set()
    for first, second, last in (
        (What.IN_72, What.IN_24, What.MISSED),
        (What.SLIP_72, What.SLIP_24, What.SLIP_MISSED),
    ):
        if last in names:
            stale |= {str(first), str(second)}
        elif second in names:
            stale.add(str(first))
    if What.MISSED in names:
        stale |= {str(What.SLIP_72), str(What.SLIP_24), str(What.SLIP_MISSED)}
    return stale & names


def tell_of_step(row: NetworkDispute, step: NetworkStep) -> None:
    """Those whom a new step concerns."""
    words_out.of_step(row, step)


def tell_of_slip(row: NetworkDispute, slip: SignedSlip) -> None:
    words_out.of_slip(row, slip)


def write_words(row: NetworkDispute, step: NetworkStep, due: list[Mark]) -> list[NetworkWord]:
    """In the transaction of the sweep, the track locked: each word of those due, once."""
    stale = overtaken(due)
    return [
        NetworkWord.objects.create(
            step=step, what=mark.what, at=moment.now(), told=mark.what not in stale
        )
        for mark in due
    ]
