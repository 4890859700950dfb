"""Who may do what about people. Pages draw their buttons from it, actions ask it again."""

from portal.accounts.access import CASE_STAFF
from portal.accounts.actor import Actor
from portal.accounts.models import (
    MERCHANT_ROLES,
    Membership,
    Organisation,
    Role,
)


def roles_of(organisation: Organisation) -> list[Role]:
    """The roles that suit an organisation of this kind, in the order in which they are offered."""
    of_a_merchant = organisation.kind == Organisation.Kind.MERCHANT
    return [role for role in Role if (role in MERCHANT_ROLES) == of_a_merchant]


def suits(role: str, organisation: Organisation) -> bool:
    return role in roles_of(organisation)


def roles_to_invite(actor: Actor | None, organisation: Organisation) -> list[Role]:
    """An administrator invites everybody, a manager clerks of the own shop."""
    if not actor or not organisation.is_active:
        return []
    if actor.role == Role.ADMINISTRATOR:
        return roles_of(organisation)
    if actor.role == Role.MANAGER and actor.organisation == organisation:
        return [Role.CLERK]
    return []


def may_close(actor: Actor | None, organisation: Organisation) -> bool:
    """An administrator ends a merchant's account (portal.site.people)."""
    of_a_merchant = organisation.kind == Organisation.Kind.MERCHANT
    return bool(actor and actor.role == Role.ADMINISTRATOR and of_a_merchant)


def may_manage(actor: Actor | None, membership: Membership) -> bool:
    """End a membership or take away a lost second factor: never one's own."""
    if not actor or actor.user == membership.user or not membership.is_active:
        return False
    if actor.role == Role.ADMINISTRATOR:
        return True
    return (
        actor.role == Role.MANAGER
        and actor.organisation == membership.organisation
        and membership.role == Role.CLERK
    )


def may_change_role(actor: Actor | None, membership: Membership) -> bool:
    return bool(actor and actor.role == Role.ADMINISTRATOR and may_manage(actor, membership))


def may_say_away(actor: Actor | None, membership: Membership) -> bool:
    """Of oneself, or as who leads of a colleague: when somebody who works on cases is away."""
    if not actor or not membership.is_active or membership.role not in CASE_STAFF:
        return False
    own = actor.user == membership.user and actor.organisation == membership.organisation
    return own or actor.role in (Role.SUPERVISOR, Role.ADMINISTRATOR)
