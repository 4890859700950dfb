"""Take back a place that nobody has taken yet."""

from django.db import transaction
from django.utils import timezone

from portal import audit
from portal.accounts import policy
from portal.accounts.actor import Actor
from portal.accounts.errors import NotAllowed
from portal.accounts.models import Invitation
from portal.gate import links


def withdraw_invitation(invitation: Invitation, *, actor: Actor) -> None:
    """An invitation that is already used or withdrawn stays as it is."""
    if invitation.role not in policy.roles_to_invite(actor, invitation.organisation):
        raise NotAllowed(f"{actor.role} withdraws no invitation as {invitation.role}")
    with transaction.atomic():
        locked = Invitation.objects.open().select_for_update(of=("self",)).filter(pk=invitation.pk)
        if found := locked.first():
            close(found, actor=actor, reason="withdrawn")


def close(invitation: Invitation, *, actor: Actor, reason: str) -> None:
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    links.revoke("invitation", str(invitation.public_id))
    audit.record(
        f"invitation:{invitation.public_id}", "invitation.withdrawn", actor=actor, reason=reason
    )
