"""A customer's e-mail or mobile number on the staff's pages: masked, or shown for a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from disputes.models import Case
from disputes.policy.table import INSTITUTION
from portal.accounts.actor import Actor
from portal.viewing import masking, unmasking


@dataclass(frozen=True)
class Contact:
    """`shown` is the contact as this reader may see it; `until`: in full, so long."""

    shown: str
    until: datetime | None = None
    may_unmask: bool = False

    @property
    def reasons(self):
        return unmasking.REASONS.items()


def of(case: Case, actor: Actor) -> Contact:
    """Nothing for a merchant: the contact is the institution's to keep."""
    if not actor.is_institution:
        return Contact("")
    if until := unmasking.until(actor, case.subject):
        return Contact(case.contact, until)
    return Contact(masking.contact(case.contact), may_unmask=actor.role in INSTITUTION)


def unmask(case: Case, actor: Actor, code: str, words: str) -> None:
    """Show the contact in full to `actor`, for some minutes. Raises accounts' Invalid."""
    unmasking.unmask(actor, case.subject, ["contact", "words"], code, words)
