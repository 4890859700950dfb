"""Cases given by rule: the bell says it at once, and one mail tells of all that are still unread
after a while. Why not a mail for each: docs/decisions/mail-of-given-cases.md.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from disputes import moment
from disputes.models import InAppNotice
from disputes.policy import current_version, gathered_texts, texts
from portal.accounts.models import User
from portal.one_by_one import one_by_one
from portal.outbox import post

AFTER = timedelta(minutes=30)  # from the first that is unread
GIVEN = "given"
TOPIC = "case.given"


def send() -> int:
    """Write the mails that are due; how many. One that the worker missed is made up for, and tells
    of what has come since as well."""
    due = InAppNotice.objects.filter(to_gather=True, made_at__lte=moment.now() - AFTER)
    users = sorted(set(due.values_list("user", flat=True)))
    return one_by_one(users, _tell, "given_cases_not_told", "user")


@transaction.atomic
def _tell(user_pk: int) -> bool:
    user = User.objects.select_for_update().get(pk=user_pk)
    waiting = InAppNotice.objects.filter(user=user, to_gather=True)
    rows = list(waiting.select_related("case").order_by("pk"))
    if not rows:
        return False  # another sweep has told it
    InAppNotice.objects.filter(pk__in=[row.pk for row in rows]).update(to_gather=False)
    unread = {row.case_id for row in rows if row.read_at is None and _is_theirs(row)}
    if not unread or not user.email or not user.is_active:
        return False
    with translation.override(user.language):
        subject, body = _letter(len(unread))
    post.mail(
        f"given-{rows[-1].pk}-{user.public_id.hex}",
        to=user.email,
        topic=TOPIC,
        subject=subject,
        body=body,
        language=user.language,
    )
    return True


def _is_theirs(row: InAppNotice) -> bool:
    """Still; what was given to somebody else meanwhile, is closed or locked, waits for nobody."""
    return row.case.is_open and row.case.assignee_id == row.user_id and row.case.locked_at is None


def _letter(number: int) -> texts.Letter:
    values = {
        gathered_texts.NUMBER_GIVEN.zh: str(number),
        texts.LINK.zh: f"{settings.PUBLIC_URL}{reverse('desk:queue')}?view=mine",
    }
    return texts.sent(current_version().texts, f"gathered.{gathered_texts.GIVEN}", values)
