"""Writers and sequencers that are killed at any moment (SIGKILL), and what must hold after."""

import os
import random
import signal
import time
import warnings
from collections import Counter
from pathlib import Path

from django.db import connections, transaction

from portal import audit
from portal.accounts.actor import Actor
from portal.audit import sequencer
from portal.audit.models import Event
from portal.outbox import post
from portal.outbox.models import Entry
from tests.portal.audit.test_record import chain_is_whole
from tests.portal.audit.test_sequencer import tree_is_sound

SUBJECTS = ["case:one", "case:one", "case:2", "case:3", "case:4", "case:5"]  # one that is wanted


def write(done: Path, seed: int) -> None:
    """A change and its event in one transaction, again and again; told once it is committed."""
    rng, actor, number = random.Random(seed), Actor.system("killed"), 0
    with done.open("a", buffering=1) as told:
        while True:
            number += 1
            key = f"{seed}-{number}"
            with transaction.atomic():
                post.news(key, topic="nobody_listens")
                audit.record(
                    rng.choice(SUBJECTS), "case.replied", actor=actor, after={"change": key}
                )
            told.write(key + "\n")


def sequence() -> None:
    while True:
        sequencer.sequence()
        time.sleep(0.005)


_INHERITED: list = []  # kept: to let go of one would end the parent's session


def _leave_connections() -> None:
    """A child opens connections of its own. What the parent closed is not all: beside a browser's
    event loop it has another of the same thread, which the child, having no loop, would take up."""
    for opened in connections.all(initialized_only=True):
        _INHERITED.append(opened)
        del connections[opened.alias]


def _child(work, *arguments) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside pytest's threads
        pid = os.fork()
    if pid == 0:
        try:
            _leave_connections()
            work(*arguments)
        finally:
            os._exit(3)  # whatever it raised: the parent sees that it did not die by the signal
    return pid


def kill_often(folder: Path, kills: int, seed: int) -> None:
    """Four writers and two sequencers; `kills` times one of them is killed and another begun."""
    rng, done = random.Random(seed), folder / "done"
    connections.close_all()  # a child must not share an open connection
    serial = iter(range(1, 1_000_000))
    kinds = [lambda: _child(write, done, next(serial))] * 4 + [lambda: _child(sequence)] * 2
    children = {begin(): begin for begin in kinds}
    by_signal = Counter()
    try:
        for _ in range(kills):
            time.sleep(rng.uniform(0.01, 0.15))
            pid = rng.choice(list(children))
            begin = children.pop(pid)
            by_signal[_end(pid)] += 1
            children[begin()] = begin
    finally:
        for pid in children:
            by_signal[_end(pid)] += 1
    assert set(by_signal) == {-signal.SIGKILL}, f"some ended by themselves: {by_signal}"
    assert sum(by_signal.values()) == kills + len(kinds)
    _all_is_there(done)


def _end(pid: int) -> int:
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _all_is_there(done: Path) -> None:
    sequencer.sequence()
    assert tree_is_sound()
    for subject in set(SUBJECTS) & set(Event.objects.values_list("subject", flat=True)):
        assert chain_is_whole(subject)
    told = set(done.read_text().split()) if done.exists() else set()
    changes = set(Entry.objects.values_list("effect_key", flat=True))
    assert told <= changes, "a committed change is lost"
    assert len(told) > 0
    assert Event.objects.count() == len(changes), "each change has its event, and each event one"
