"""New recovery codes; the old ones stop working."""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import transaction

from portal import audit
from portal.accounts import letters
from portal.accounts.actor import Actor
from portal.accounts.models import User


def renew_recovery_codes(user: User, *, actor: Actor) -> None:
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        Authenticator.objects.filter(
            user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES
        ).delete()
        RecoveryCodes.activate(user)
        event = audit.record(f"account:{user.public_id}", "recovery_codes.renewed", actor=actor)
        letters.tell(
            user, f"audit:{event.pk}:mail", "second_factor", letters.recovery_codes_renewed
        )
