"""Is this slip genuine, and does it still hold? For whoever was handed one.

The answer tells what the paper itself says and nothing more: not what became of the payment, not
who asks. Guessing is limited by the address it comes from; without the database, where the tries
are counted, there is no answer at all.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.utils import timezone

from portal.gate.tokens import keyed_hash
from receipts.models import SlipIssue, WrongCodes

FILES_PER_HOUR = 120  # from one address


class Standing(StrEnum):
    VALID = "valid"
    CHANGED = "changed"  # the payment is not what the slip says any more
    REMADE = "remade"  # the same issue was made anew
    UNKNOWN = "unknown"


class TooManyTries(Exception):
    """This address has typed too many wrong codes."""

    def __init__(self, until: datetime):
        super().__init__(until)
        self.until = until


@dataclass(frozen=True, slots=True)
class Answer:
    standing: Standing
    issue: SlipIssue | None = None


def by_code(code: str, *, address: str) -> Answer:
    """What became of the slip with this code (as `codes.typed` reads it). Raises TooManyTries.

    The try is counted before anything is looked up, and given back where a slip was found.
    """
    key = keyed_hash("verify", address)
    hour = _count(key, settings.VERIFY_WRONG_CODES_PER_HOUR)
    issue = SlipIssue.objects.select_related("payment").filter(code=code).first()
    if issue is None:
        _forget_old()
        return Answer(Standing.UNKNOWN)
    WrongCodes.give_back(key, hour)
    return Answer(standing_of(issue), issue)


def count_file(address: str) -> None:
    """A file costs work, whatever it is: a number of them an hour. Raises TooManyTries."""
    _count(keyed_hash("verify-file", address), FILES_PER_HOUR)


def _count(key: str, most: int) -> datetime:
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    if not WrongCodes.reserve(key, hour, most):
        raise TooManyTries(until=hour + timedelta(hours=1))
    return hour


def _forget_old() -> None:
    """Counters of hours that are over decide nothing any more; whoever adds one sweeps."""
    WrongCodes.objects.filter(hour__lt=timezone.now() - timedelta(days=1)).delete()


def standing_of(issue: SlipIssue) -> Standing:
    if issue.payment.revision != issue.payment_revision:
        return Standing.CHANGED
    remade = SlipIssue.objects.filter(
        payment=issue.payment_id,
        form=issue.form,
        copy=issue.copy,
        language=issue.language,
        payment_revision=issue.payment_revision,
        repeat__gt=issue.repeat,
    )
    return Standing.REMADE if remade.exists() else Standing.VALID
