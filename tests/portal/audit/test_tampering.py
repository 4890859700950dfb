"""Whatever is done to the stored trail is found, and erasing by law is no alarm.

TAMPERINGS and ERASURES say how many, TAMPERINGS_SEED which: `make proof` does 10,000 and 2,000.
"""

import os
from contextlib import contextmanager
from itertools import batched
from random import Random

import pytest
from django.db import connection, transaction

from portal.audit import guards
from portal.audit.inspection import inspect
from portal.audit.models import Checkpoint, Event
from portal.audit.note import TreeHead
from tests.portal.audit.log import write_history
from tests.portal.audit.tampering import (
    KINDS,
    Scene,
    change_actor,
    drop_subject,
    edit_fact,
    erase,
    move_time,
    one_character,
    rewrite_all,
)

TAMPERINGS = int(os.environ.get("TAMPERINGS", "90"))
ERASURES = int(os.environ.get("ERASURES", "20"))
SEED = int(os.environ.get("TAMPERINGS_SEED", "7"))
EVENTS = 24
AT_ONCE = 50  # tries between taking the triggers off and putting them back
REWRITINGS = (rewrite_all, drop_subject)


@pytest.fixture
def copies(db, settings, tmp_path) -> list[TreeHead]:
    """A log of some events, and the checkpoint that somebody outside holds of it."""
    settings.AUDIT_MEMORY = str(tmp_path / "none.json")  # whoever tampers has this machine too
    write_history(EVENTS, subjects=4, batch=5)
    (tmp_path / "none.json").unlink()
    note = Checkpoint.objects.latest("size").note
    return [TreeHead.parse(note.split("\n\n")[0] + "\n")]


@contextmanager
def taken_back():
    """What is done inside is undone after: each try begins with the same log."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def unguarded():
    """The triggers are off, and on again afterwards: the tables' owner leaves no trace of that."""
    guards.remove(connection)
    with connection.constraint_checks_disabled():
        yield
    guards.install(connection)
    assert guards.faults(connection) == []


def tries(count: int, kinds, copies):
    """For each tampering or erasure: its number, kind and words, and the first fault found."""
    for group in batched(range(count), AT_ONCE):
        with taken_back(), unguarded():
            for number in group:
                kind = kinds[number % len(kinds)]
                with taken_back():
                    did = kind(Scene(Random(f"{SEED}:{number}")))
                    faults = inspect(copies=copies, most=1).faults
                yield f"{number} {kind.__name__}: {did}", faults


def test_the_log_itself_is_whole(copies):
    seen = inspect(copies=copies)
    assert seen.faults == []
    assert (seen.size, seen.events) == (EVENTS, EVENTS)
    assert seen.checkpoints == 5


def test_every_tampering_is_found(copies):
    assert [did for did, faults in tries(TAMPERINGS, KINDS, copies) if not faults] == []
    assert inspect(copies=copies).faults == [], "each try was taken back"


def test_no_erasure_is_an_alarm(copies):
    assert [(did, faults) for did, faults in tries(ERASURES, (erase,), copies) if faults] == []


def test_only_a_copy_outside_shows_a_rewriting_with_the_stolen_key(copies):
    """Why the copies matter: who has database, key and machine can make a log that is whole."""
    for did, faults in tries(len(REWRITINGS), REWRITINGS, copies=[]):
        assert faults == [], did
    for did, faults in tries(len(REWRITINGS), REWRITINGS, copies):
        assert faults[0].what == "copy", did


@pytest.mark.parametrize("kind", [edit_fact, change_actor, move_time, one_character])
def test_the_first_wrong_event_is_named(copies, kind):
    scene = Scene(Random(SEED))
    with unguarded():
        kind(scene)
    before = {event.pk: event for event in scene.events}
    changed = [e for e in Event.objects.all() if _row(e) != _row(before[e.pk])]
    fault = inspect(copies=copies).faults[0]
    assert fault.number == changed[0].leaf.number
    assert (fault.subject, fault.sequence) == (changed[0].subject, changed[0].sequence)


def _row(event: Event) -> tuple:
    return event.text, event.actor, event.at, event.hash, event.previous_hash
