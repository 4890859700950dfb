"""What was made from equal values, kept for some minutes in the process's memory and nowhere else.

For what follows from its values alone: equal values mean the same answer, so it cannot be out of
date. The language and the day (今天, 昨天) always belong to them (`here`).
"""

import time
from collections.abc import Callable, Hashable
from datetime import date

from django.utils import timezone
from django.utils.translation import get_language

MOST = 1_000  # things of one kind
HEAVIEST = 2_000_000  # characters, where they are weighed
SECONDS = 300  # a thing that nobody asks for is gone after once or twice that


class Kept[Thing]:
    """Things by key, in two generations: what the younger one did not take over is forgotten."""

    def __init__(self, weigh: Callable[[Thing], int] | None = None) -> None:
        self.weigh = weigh
        self._young: dict[Hashable, Thing] = {}
        self._old: dict[Hashable, Thing] = {}
        self._since = time.monotonic()
        self._weight = 0

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
