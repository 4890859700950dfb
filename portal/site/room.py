"""Room for all calls of a request in one piece.

CPython keeps the frames of Python's calls in chunks of 16 KB. Until it was mended in 2026
(python/cpython#142183) a chunk went back to the system as soon as the first frame in it returned:
a loop that calls across the edge of one asks the system for memory at every turn. Which loop that
is follows from how deep server, middleware and templates happen to stand; of the desk it was the
lines of a conversation, and a fifth of a page's time.
"""

from types import FunctionType

WORDS = 20_000  # of 8 bytes: more than a chunk of 128 KB holds, so that one of 256 KB is taken


def _in_a_large_frame(function: FunctionType) -> FunctionType:
    """What it calls finds the rest of a large chunk free, and uses of it what it needs."""
    function.__code__ = function.__code__.replace(co_stacksize=WORDS)
    return function


class RoomMiddleware:
    """The outermost."""

    def __init__(self, get_response):
        self.get_response = get_response

    @_in_a_large_frame  # type: ignore[arg-type]
    def __call__(self, request):
        return self.get_response(request)
