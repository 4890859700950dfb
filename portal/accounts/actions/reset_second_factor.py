"""Somebody lost the phone: take away the second factor, so that a new one can be set up."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from portal import audit
from portal.accounts import letters, policy
from portal.accounts.actor import Actor
from portal.accounts.errors import NotAllowed
from portal.accounts.models import Membership, Role


def reset_second_factor(membership: Membership, *, actor: Actor) -> None:
    """The person's sessions end, and a mail says so. For one's own phone there is a page.

    Only an administrator: with the password alone somebody else could now take the account over,
    so whoever resets must have made sure who asked. Raises NotAllowed.
    """
    if actor.role != Role.ADMINISTRATOR or not policy.may_manage(actor, membership):
        raise NotAllowed(f"{actor.role} resets no such second factor")
    user = membership.user
    with transaction.atomic():
        removed, _each = Authenticator.objects.filter(user_id=user.pk).delete()
        user.end_sessions()
        event = audit.record(
            f"account:{user.public_id}",
            "second_factor.reset",
            actor=actor,
            after={"removed": removed},
        )
        letters.tell(user, f"audit:{event.pk}:mail", "second_factor", letters.second_factor_reset)
