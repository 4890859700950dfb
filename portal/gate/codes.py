"""One-time codes to a contact: 6 digits, 10 minutes, 5 tries, 1 a minute and 5 a day a contact.

A code proves that somebody reads that mailbox or telephone, nothing about a card. Who asks, and who
tries wrong digits, is counted by address too, and all requests together: case numbers follow each
other, so a million digits are soon tried at many cases. A limit that is reached answers as any
other request.
"""

import secrets
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portal.gate.address import Address, household
from portal.gate.limits import Limit, counted, take
from portal.gate.models import Code
from portal.gate.tokens import keyed_hash

LIFETIME = timedelta(minutes=10)
TRIES = 5
PER_MINUTE, PER_DAY = 1, 5
AT_ONCE = 5  # codes of one browser that digits are compared with, the newest


def contact_hash(contact: str) -> str:
    return keyed_hash("contact", contact.strip().lower())


def _code_hash(public_id: uuid.UUID, digits: str) -> str:
    return keyed_hash("code", f"{public_id}:{digits}")


ALL = "codes_all"


def count_request(address: Address | None) -> frozenset[str]:
    """Somebody asks for a code, whether there is anybody to send it to or not; the scopes of the
    limits that were reached before: then none is sent."""
    all_of_them = Limit(ALL, "", settings.CODE_LIMITS["all"])
    return take([_by_address("codes", address, settings.CODE_LIMITS), all_of_them])


def _by_address(scope: str, address: Address | None, most: dict[str, int]) -> Limit:
    kind = "address" if address is None or address.version == 4 else "network"
    return Limit(f"{scope}_{kind}", household(address), most[kind])


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
def check(purpose: str, digits: str, browser_hash: str, address: Address | None) -> Code | None:
    """The live code of this browser with these digits, used up; else None, and one try fewer is
    left of each that was compared. An address with too many wrong digits is compared with nothing.
    """
    wrong = _by_address("wrong_codes", address, settings.CODE_LIMITS)
    if not browser_hash or counted(wrong) >= wrong.most:
        return None
    live = list(
        Code.objects.select_for_update()
        .filter(
            browser_hash=browser_hash,
            purpose=purpose,
            used_at=None,
            expires_at__gt=timezone.now(),
            tries__lt=TRIES,
        )
        .order_by("-pk")[:AT_ONCE]
    )
    for code in live:
        if secrets.compare_digest(code.code_hash, _code_hash(code.public_id, digits.strip())):
            code.used_at = timezone.now()
            code.save(update_fields=["used_at"])
            return code
    Code.objects.filter(pk__in=[code.pk for code in live]).update(tries=F("tries") + 1)
    take([wrong])
    return None
