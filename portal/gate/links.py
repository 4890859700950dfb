"""Capability links: whoever holds one may do one thing.

Opening the address shows a page with a button; only the button's POST exchanges the link for a
pass of this browser, so that previews and mail scanners use up nothing.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from portal import compiled_writes
from portal.gate.models import Link
from portal.gate.tokens import new_token, token_hash

# purpose → (how long a pass from such a link lasts, function: subject → where to go next)
_destinations: dict = {}
# purpose → function that is told of a link that was just used, in the same transaction
_told: dict = {}


def register(purpose: str, *, lifetime: timedelta, destination, told=None) -> None:
    """An upper floor says (in AppConfig.ready) where a link of its purpose leads."""
    _destinations[purpose] = (lifetime, destination)
    if told is not None:
        _told[purpose] = told


def destination(purpose: str):
    return _destinations[purpose]


def issue(purpose: str, subject: str, *, lifetime: timedelta | None, single_use=False) -> str:
    """A new link's token. It is shown once, here: only its hash is kept."""
    token = new_token()
    make(token, purpose, subject, lifetime=lifetime, single_use=single_use)
    return token


def make(
    token: str, purpose: str, subject: str, *, lifetime: timedelta | None, single_use=False
) -> Link:
    """The link of a token that its maker can name again (a QR that a page shows twice)."""
    link = Link(
        token_hash=token_hash(token),
        purpose=purpose,
        subject=subject,
        single_use=single_use,
        expires_at=timezone.now() + lifetime if lifetime is not None else None,
    )
    compiled_writes.insert(link)
    return link


def address(token: str) -> str:
    """The full address to put into a message."""
    return settings.PUBLIC_URL + reverse("gate:link", args=[token])


def find(token: str) -> Link | None:
    """The link of this token if it may still be used."""
    return (
        Link.objects.filter(token_hash=token_hash(token), revoked_at__isnull=True)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()))
        .exclude(single_use=True, last_used_at__isnull=False)
        .first()
    )


def use(token: str) -> Link | None:
    """Take the link, counting the use; of two at the same time a single-use link serves one. In
    the caller's transaction."""
    link = find(token)
    if link is None:
        return None
    taken = Link.objects.filter(pk=link.pk, revoked_at__isnull=True)
    if link.single_use:
        taken = taken.filter(last_used_at__isnull=True)
    if not taken.update(last_used_at=timezone.now()):
        return None
    if told := _told.get(link.purpose):
        told(link)
    return link


def expire(purpose: str, subject: str, at) -> None:
    """Set when the links to `subject` end (a case link lives until 90 days after closing)."""
    Link.objects.filter(purpose=purpose, subject=subject, revoked_at__isnull=True).update(
        expires_at=at
    )


def revoke(purpose: str, subject: str) -> int:
    """Let none of the links to `subject` be used any more; how many there were."""
    return Link.objects.filter(purpose=purpose, subject=subject, revoked_at__isnull=True).update(
        revoked_at=timezone.now()
    )
