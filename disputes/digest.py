"""A mail a day to each merchant that has something to do: how many cases wait, none of what they
say. It carries the newest checkpoint of the audit trail out of the house.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone, translation

from disputes import moment
from disputes.models import Case
from disputes.models.case import Stage, Status
from disputes.policy import current_version, gathered_texts, texts
from disputes.policy.parties import to_be_told
from portal.accounts.models import Organisation
from portal.audit import outside
from portal.outbox import post
from portal.outbox.models import Entry

AT = time(8, 0)  # of TIME_ZONE: the day's work begins
TOPIC = "case.digest"


@dataclass(frozen=True)
class Day:
    """Of one merchant, this morning."""

    waiting: int  # open cases that lie with the shop
    due_today: int
    paused: int  # of those, wait for the customer
    new: int  # opened since yesterday morning


def send(now: datetime | None = None) -> int:
    """Write today's mails, once; how many merchants. Before AT nothing; a morning that the worker
    missed is made up for later the same day."""
    now = now or moment.now()
    local = timezone.localtime(now)
    if local.time() < AT:
        return 0
    begun = Entry.objects.filter(
        topic=TOPIC, effect_key__startswith=f"digest-{local:%Y%m%d}-"
    ).values_list("effect_key", flat=True)
    done = {key.split("-")[2] for key in begun}
    told = 0
    for organisation, day in _days(now):
        if organisation.public_id.hex not in done:
            _tell(organisation, day, local.date())
            told += 1
    return told


def _days(now: datetime) -> list[tuple[Organisation, Day]]:
    """Merchants with open cases at their stage. One query, over the open cases."""
    local = timezone.localtime(now)
    tomorrow = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    paused = Q(status=Status.WAITING_CONSUMER)
    rows = (
        Case.objects.open()
        .filter(stage=Stage.MERCHANT, organisation__is_active=True)
        .order_by()
        .values("organisation")
        .annotate(
            waiting=Count("pk"),
            due_today=Count("pk", filter=Q(due_at__lt=tomorrow) & ~paused),
            paused=Count("pk", filter=paused),
            new=Count("pk", filter=Q(opened_at__gt=now - timedelta(days=1))),
        )
    )
    days = {row.pop("organisation"): Day(**row) for row in rows}
    return [(each, days[each.pk]) for each in Organisation.objects.filter(pk__in=days)]


@transaction.atomic
def _tell(organisation: Organisation, day: Day, today: date) -> None:
    link = settings.PUBLIC_URL + reverse("merchant_cases:cases")
    for user in to_be_told(organisation):
        if not user.email:
            continue
        key = f"digest-{today:%Y%m%d}-{organisation.public_id.hex}-{user.public_id.hex[:12]}"
        with translation.override(user.language):
            subject, body = _letter(organisation, day, link)
            if copy := outside.in_words("digest", key):
                body += f"\n{copy}"
            post.mail(
                key, to=user.email, topic=TOPIC, subject=subject, body=body, language=user.language
            )


def _letter(organisation: Organisation, day: Day, link: str) -> texts.Letter:
    values = {
        gathered_texts.SHOP.zh: organisation.display_name,
        gathered_texts.WAITING.zh: str(day.waiting),
        gathered_texts.DUE_TODAY.zh: str(day.due_today),
        gathered_texts.PAUSED.zh: str(day.paused),
        gathered_texts.NEW.zh: str(day.new),
        texts.LINK.zh: link,
    }
    return texts.sent(current_version().texts, f"gathered.{gathered_texts.DIGEST}", values)
