"""What the clock does to tracks: words about deadlines, and what follows when one has passed."""

from django.db import transaction

from disputes import moment
from disputes.models import NetworkDispute, NetworkStep, NetworkWord
from disputes.models.network import State
from disputes.network import deadlines, money_effects, track, words_out
from disputes.policy import network as rules
from portal import audit
from portal.accounts.actor import Actor
from portal.audit.trail import utc_text
from portal.one_by_one import one_by_one

ACTOR = Actor.system("clocks")
What = NetworkWord.What


def sweep() -> int:
    """What is due now; of how many tracks. What was missed while no worker ran is found now."""
    due = NetworkDispute.objects.filter(tell_at__lte=moment.now()).order_by("tell_at", "id")
    return one_by_one(due.values_list("pk", flat=True), look_at, "network_sweep_failed", "dispute")


@transaction.atomic
def look_at(pk: int) -> bool:
    """Looked at again under its lock, so two sweeps, or an answer in the same second, tell once."""
    row = track.locked(pk)
    now = moment.now()
    step = deadlines.open_step(row)
    due = [mark for mark in deadlines.to_come(row, step) if mark.at <= now]
    if step is None or not due:
        row.tell_at = deadlines.next_word(row, step) if step else None
        row.save(update_fields=["tell_at"])
        return False
    for word in deadlines.write_words(row, step, due):
        if word.told:
            _record(row, word, step)
            words_out.of_word(row, word)
        if word.what == What.MISSED:
            _missed(row, step)
        elif word.what == What.SLIP_MISSED:
            row.slip_due_at = None
    row.tell_at = deadlines.next_word(row, step)
    row.save()
    return True


def _record(row: NetworkDispute, word: NetworkWord, step: NetworkStep) -> None:
    if word.what == What.MISSED:
        return  # told by the step that follows from it
    at = row.slip_due_at if word.what.startswith("slip") else row.due_at
    audit.record(
        row.subject,
        "network.due_soon" if word.what != What.SLIP_MISSED else "network.slip_missed",
        actor=ACTOR,
        after={"step": step.pk, "word": word.what, "due_at": utc_text(at) if at else ""},
        at=word.at,
    )


def _missed(row: NetworkDispute, step: NetworkStep) -> None:
    """The last moment has passed: the track goes where the table says, by itself."""
    before = track.seen(row)
    missed_at = row.due_at
    row.state = track.settled(row, rules.WHEN_MISSED[State(row.state)])
    row.retrieval_missed = row.retrieval_missed or row.state == State.RETRIEVAL_MISSED
    if row.state == State.LOST:
        row.lost_minor = row.charged_back_minor
    row.due_at = row.slip_due_at = None
    row.closed_at = moment.now() if row.state in rules.CLOSED else None
    made = NetworkStep.objects.create(
        dispute=row,
        code=rules.MISSED,
        at=moment.now(),
        entered_at=moment.now(),
        amount_minor=row.lost_minor or None,
    )
    money_effects.follow(row, made)
    audit.record(
        row.subject,
        "network.missed",
        actor=ACTOR,
        before=before,
        after={
            **track.seen(row),
            "step": step.pk,
            "due_at": utc_text(missed_at) if missed_at else "",
        },
        at=moment.now(),
    )
