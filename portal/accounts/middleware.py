"""Puts `request.actor` beside `request.user`: the membership under which a person works now."""

from django.utils.functional import SimpleLazyObject

from portal.accounts.actor import Actor
from portal.accounts.models import Membership, User

SESSION_KEY = "membership"


def memberships_of(user: User | int) -> list[Membership]:
    """Under which this person may work, the oldest first."""
    return list(
        Membership.objects.filter(user=user, is_active=True, organisation__is_active=True)
        .select_related("organisation", "user")
        .order_by("pk")
    )


def current_membership(request) -> Membership | None:
    if not request.user.is_authenticated:
        return None
    # Mostly read together with the person: see `portal.accounts.backend`.
    loaded = request.user.loaded_memberships
    mine = memberships_of(request.user) if loaded is None else loaded
    chosen = request.session.get(SESSION_KEY)
    return next((m for m in mine if m.pk == chosen), mine[0] if mine else None)


def actor_of(request) -> Actor | None:
    membership = current_membership(request)
    return Actor.member(membership) if membership else None


class ActorMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.actor = SimpleLazyObject(lambda: actor_of(request))
        return self.get_response(request)
