"""The private link to a case: as long as the case is open, and 90 days longer."""

from datetime import timedelta

from django.urls import reverse

from disputes import moment
from portal.gate import links

PURPOSE = "case"
AFTER_CLOSING = timedelta(days=90)
PASS_LIFETIME = timedelta(days=30)


def issue(case) -> str:
    """A new token; with `portal.gate.links.address(token)` it is the address for a message."""
    if case.closed_at is None:
        return links.issue(PURPOSE, case.number, lifetime=None)
    left = case.closed_at + AFTER_CLOSING - moment.now()
    return links.issue(PURPOSE, case.number, lifetime=max(left, timedelta()))


def follow_state(case) -> None:
    """Let all links end 90 days after closing; open again, they have no end."""
    links.expire(PURPOSE, case.number, case.closed_at and case.closed_at + AFTER_CLOSING)


def register() -> None:
    links.register(
        PURPOSE,
        lifetime=PASS_LIFETIME,
        destination=lambda number: reverse("disputes:case", args=[number]),
    )
