"""Give a person another role in the same organisation."""

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit
from portal.accounts import letters, policy
from portal.accounts.actions.end_membership import (
    keep_an_administrator,
    lock_administrators,
    tell_of_rights,
)
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import Membership


def change_role(membership: Membership, *, role: str, actor: Actor) -> Membership:
    """Nobody's own; the last administrator stays one. The new rights hold from the next page on.

    Raises NotAllowed, Invalid("role").
    """
    if not policy.suits(role, membership.organisation):
        raise Invalid("role", _("这个角色不适合这个机构。"))
    with transaction.atomic():
        administrators = lock_administrators()
        membership = (
            Membership.objects.select_for_update(of=("self",))
            .select_related("organisation", "user")
            .get(pk=membership.pk)
        )
        if not policy.may_change_role(actor, membership):
            raise NotAllowed(f"{actor.role} changes no such role")
        before = membership.role
        if before == role:
            return membership
        keep_an_administrator(membership, administrators)
        membership.role = role
        membership.save(update_fields=["role"])
        event = audit.record(
            f"account:{membership.user.public_id}",
            "role.changed",
            actor=actor,
            before={"role": before},
            after={
                "role": str(role),
                "organisation": str(membership.organisation.public_id),
            },
        )
        tell_of_rights(membership, event.pk)
        letters.tell(
            membership.user, f"audit:{event.pk}:mail", "role", letters.role_changed, membership
        )
    return membership
