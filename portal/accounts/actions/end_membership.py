"""Take away a person's rights in an organisation, at once."""

from django.db import transaction
from django.utils import timezone

from portal import audit
from portal.accounts import letters, policy
from portal.accounts.actor import Actor
from portal.accounts.errors import LastAdministrator, NotAllowed
from portal.accounts.models import Membership, Role
from portal.outbox import post

RIGHTS_CHANGED = "rights_changed"


def end_membership(membership: Membership, *, actor: Actor) -> Membership:
    """The person's sessions end with it. Nobody's own, and never the last administrator's.

    A membership that has ended already stays as it is. Raises NotAllowed,
    LastAdministrator.
    """
    with transaction.atomic():
        administrators = lock_administrators()
        membership = (
            Membership.objects.select_for_update(of=("self",))
            .select_related("organisation", "user")
            .get(pk=membership.pk)
        )
        if not membership.is_active:
            return membership
        if not policy.may_manage(actor, membership):
            raise NotAllowed(f"{actor.role} ends no such membership")
        keep_an_administrator(membership, administrators)
        membership.is_active, membership.ended_at = False, timezone.now()
        membership.save(update_fields=["is_active", "ended_at"])
        membership.user.end_sessions()
        event = audit.record(
            f"account:{membership.user.public_id}",
            "membership.ended",
            actor=actor,
            before={
                "role": membership.role,
                "organisation": str(membership.organisation.public_id),
            },
        )
        tell_of_rights(membership, event.pk)
        letters.tell(
            membership.user, f"audit:{event.pk}:mail", "role", letters.membership_ended, membership
        )
    return membership


def tell_of_rights(membership: Membership, event: int) -> None:
    """News for the floors above: what this person had in hand may now be nobody's."""
    user = str(membership.user.public_id)
    post.news(f"{RIGHTS_CHANGED}:{event}", topic=RIGHTS_CHANGED, user=user)


def lock_administrators() -> list[int]:
    """Ids of those who administer. Locked first and in order, so that two administrators can
    neither send each other away nor wait for each other."""
    rows = Membership.objects.select_for_update(of=("self",)).filter(
        role=Role.ADMINISTRATOR, is_active=True, user__is_active=True
    )
    return list(rows.order_by("pk").values_list("pk", flat=True))


def keep_an_administrator(leaving: Membership, administrators: list[int]) -> None:
    if leaving.role == Role.ADMINISTRATOR and set(administrators) <= {leaving.pk}:
        raise LastAdministrator("the last administrator stays")
