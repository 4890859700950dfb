"""What goes out with a mail. The outbox keeps a name for it and reads the thing when it sends."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True)
class Kind:
    read: Callable[[str], Attachment]  # by identifier; raises while it cannot be had
    sent: Callable[[str], None] | None = None  # it went out


_kinds: dict[str, Kind] = {}


def register(name: str, kind: Kind) -> None:
    """An upper floor says (in AppConfig.ready) how a thing of its own is read."""
    _kinds[name] = kind


def read(reference: dict) -> Attachment:
    return _kinds[reference["kind"]].read(reference["id"])


def sent(reference: dict) -> None:
    if told := _kinds[reference["kind"]].sent:
        told(reference["id"])
