"""That the customer has the slip is news to whoever waits for it; a download by staff is not."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from portal.outbox import post
from portal.outbox.models import Entry
from receipts.models import SlipIssue

TOLD = "_told"


def key_around(payment_id: UUID) -> tuple[str, str]:
    """The news' key before and after the number of the issue. A new one each hour: a slip taken
    before somebody asked for it must be told again after."""
    return f"slip_given:{payment_id}:", f":{timezone.now():%Y%m%d%H}"


def was_told(issue: SlipIssue) -> None:
    """Of this hour: whoever read the issue found the news there."""
    issue.__dict__[TOLD] = True


def tell(issue: SlipIssue) -> None:
    """Once an hour; asked before it is written, so that downloads of one hour take no lock."""
    before, after = key_around(issue.payment_id)
    key = f"{before}{issue.number}{after}"
    if TOLD in issue.__dict__ or Entry.objects.filter(effect_key=key).exists():
        return
    with transaction.atomic():
        post.news(key, topic="slip_given", payment=str(issue.payment_id), number=issue.number)
