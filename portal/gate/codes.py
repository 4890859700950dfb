"""One-time codes to a contact: 6 digits, 10 minutes, 5 tries, 1 a minute and 5 a day a contact.

A code proves that somebody reads that mailbox or telephone, nothing about a card.
"""

import secrets
import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portal.gate.models import Code
from portal.gate.tokens import keyed_hash

LIFETIME = timedelta(minutes=10)
TRIES = 5
PER_MINUTE, PER_DAY = 1, 5


def contact_hash(contact: str) -> str:
    return keyed_hash("contact", contact.strip().lower())


def _code_hash(public_id: uuid.UUID, digits: str) -> str:
    return keyed_hash("code", f"{public_id}:{digits}")


def may_send(contact: str) -> bool:
    now = timezone.now()
    sent = Code.objects.filter(contact_hash=contact_hash(contact))
    return (
        sent.filter(created_at__gt=now - timedelta(minutes=1)).count() < PER_MINUTE
        and sent.filter(created_at__gt=now - timedelta(days=1)).count() < PER_DAY
    )


def issue(contact: str, purpose: str, subject: str, browser_hash: str) -> tuple[Code, str]:
    """A new code and its digits, to be sent to the contact by the caller's outbox entry."""
    digits = f"{secrets.randbelow(1_000_000):06d}"
    public_id, now = uuid.uuid4(), timezone.now()
    code = Code.objects.create(
        public_id=public_id,
        contact_hash=contact_hash(contact),
        purpose=purpose,
        subject=subject,
        code_hash=_code_hash(public_id, digits),
        browser_hash=browser_hash,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    return code, digits


@transaction.atomic
def check(public_id: uuid.UUID, digits: str, browser_hash: str) -> Code | None:
    """The code, used up, if these are its digits; else None, and one try fewer is left."""
    code = Code.objects.select_for_update().filter(public_id=public_id).first()
    if (
        code is None
        or code.browser_hash != browser_hash
        or code.used_at
        or code.expires_at <= timezone.now()
        or code.tries >= TRIES
    ):
        return None
    if not secrets.compare_digest(code.code_hash, _code_hash(public_id, digits.strip())):
        Code.objects.filter(pk=code.pk).update(tries=F("tries") + 1)
        return None
    code.used_at = timezone.now()
    code.save(update_fields=["used_at"])
    return code
