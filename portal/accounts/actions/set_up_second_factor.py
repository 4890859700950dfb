"""Tie the sign-in to a phone: the first time, or to a new one instead of the old."""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.db import transaction

from portal import audit
from portal.accounts import letters
from portal.accounts.actor import Actor
from portal.accounts.models import User


def set_up_second_factor(user: User, *, secret: str, actor: Actor) -> None:
    """`secret` has been proved by a code. The old phone and the old recovery codes stop working,
    and every session of the person ends: the caller keeps the one that did this.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        replaced, _each = Authenticator.objects.filter(user_id=user.pk).delete()
        TOTP.activate(user, secret)
        RecoveryCodes.activate(user)
        user.end_sessions()
        event = audit.record(
            f"account:{user.public_id}",
            "second_factor.replaced" if replaced else "second_factor.added",
            actor=actor,
            after={"type": "totp"},
        )
        letters.tell(user, f"audit:{event.pk}:mail", "second_factor", letters.second_factor_added)
