"""Who may read a file: asked of the floor that knows what the file belongs to."""

from collections.abc import Callable

_readers: dict[str, Callable] = {}


def register(kind: str, may_read: Callable) -> None:
    """`may_read(request, upload) -> bool` for uploads whose subject starts with `kind:`."""
    _readers[kind] = may_read


def may_read(request, upload) -> bool:
    """Nobody, where no floor has spoken for that kind of subject."""
    decide = _readers.get(upload.subject.partition(":")[0])
    return bool(decide and decide(request, upload))
