"""When somebody last showed the code of their second factor in this browser: what asks for it anew
looks here."""

from datetime import UTC, datetime, timedelta

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.utils import timezone

WITHIN = timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def proved_at(request) -> datetime | None:
    """A recovery code counts as little as a password: it shows no phone."""
    times = [
        record["at"]
        for record in get_authentication_records(request, request.user)
        if record.get("method") == "mfa" and record.get("type") == "totp"
    ]
    return datetime.fromtimestamp(max(times), UTC) if times else None


def is_fresh(proved: datetime | None) -> bool:
    """Within five minutes, by the clock of now (what is entered afterwards is proved now)."""
    return proved is not None and timedelta(0) <= timezone.now() - proved <= WITHIN
