"""What happens next, with dates, as the pages tell it."""

from dataclasses import dataclass
from datetime import datetime

from disputes import moment, promises
from disputes.deadline import by


@dataclass(frozen=True)
class Promise:
    label: str
    when: str
    at_once: bool


def of(kind: str, payment=None, reason: str = "", now: datetime | None = None) -> list[Promise]:
    now = now or moment.now()
    return [
        Promise(label, by(at), at <= now)
        for label, at in promises.for_new_case(kind, payment, now=now, reason=reason)
    ]
