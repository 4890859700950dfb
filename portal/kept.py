"""What was made from equal values, kept for some minutes in the process's memory and nowhere else.

For what follows from its values alone: equal values mean the same answer, so it cannot be out of
date. The language and the day (今天, 昨天) always belong to them (`here`). Let go of at the first
request after somebody was erased or locked.
"""

import time
from collections.abc import Callable, Hashable
from datetime import date
from weakref import WeakSet

from django.core.signals import request_started
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import get_language

from portal.erasure import replaying

MOST = 1_000  # things of one kind
HEAVIEST = 2_000_000  # characters, where they are weighed
SECONDS = 300  # a thing that nobody asks for is gone after once or twice that
# The list of erasures is written before the transaction ends: so long may a page show the old rows.
ERASING_SECONDS = 60


class Kept[Thing]:
    """Things by key, in two generations: what the younger one did not take over is forgotten."""

    def __init__(self, weigh: Callable[[Thing], int] | None = None) -> None:
        self.weigh = weigh
        self._young: dict[Hashable, Thing] = {}
        self._old: dict[Hashable, Thing] = {}
        self._since = time.monotonic()
        self._weight = 0
        _every.add(self)

    def get(self, key: Hashable) -> Thing | None:
        age = time.monotonic() - self._since
        if age > SECONDS or len(self._young) >= MOST or self._weight > HEAVIEST:
            self._old = {} if age > 2 * SECONDS else self._young
            self._young, self._since, self._weight = {}, time.monotonic(), 0
        thing = self._young.get(key)
        if thing is None and (thing := self._old.get(key)) is not None:
            self.put(key, thing)
        return thing

    def put(self, key: Hashable, thing: Thing) -> None:
        self._young[key] = thing
        if self.weigh:
            self._weight += self.weigh(thing)

    def forget(self) -> None:
        self._young, self._old, self._weight = {}, {}, 0


_every: WeakSet[Kept] = WeakSet()
_erased: tuple[int, float] = (0, 0.0)


@receiver(request_started)
def forget_the_erased(**_signal) -> None:
    """Words of somebody who was erased stay in no process longer than until its next request."""
    global _erased
    written = replaying.written()
    if written != _erased or 0 <= time.time() - written[1] < ERASING_SECONDS:
        _erased = written
        for kept in list(_every):
            kept.forget()


def here() -> tuple[str | None, date]:
    """The language and the local day."""
    return get_language(), _day()


_today: tuple[int, date] = (0, date.min)


def _day() -> date:
    """No day begins within a minute."""
    global _today
    minute = int(time.time()) // 60
    if _today[0] != minute:
        _today = (minute, timezone.localdate())
    return _today[1]
