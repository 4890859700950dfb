"""A request's calls stay in one piece of memory, however deep the loop stands that makes them."""

import resource

from django.conf import settings

from portal.site.room import RoomMiddleware

DEPTHS, TURNS = 400, 100  # more than a chunk of 16 KB holds, several times


def _faults() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def _called_at_every_depth(left: int = DEPTHS) -> None:
    for _turn in range(TURNS):
        _nothing()
    if left:
        _called_at_every_depth(left - 1)


def _nothing() -> None:
    pass


def test_no_loop_of_a_request_asks_the_system_for_memory_at_every_turn():
    through = RoomMiddleware(lambda request: _called_at_every_depth())
    through(None)
    before = _faults()
    through(None)
    assert _faults() - before < TURNS


def test_it_is_the_outermost():
    assert settings.MIDDLEWARE[0] == "portal.site.room.RoomMiddleware"
