"""Who answers for the files that come in and the slips that go out."""

from portal.accounts.models import Membership, Role


def operations(*besides: Role) -> list[tuple[str, str, str]]:
    """Address, language and key of each of operations, and of the roles besides."""
    roles = [Role.OPERATIONS, *besides]
    members = (
        Membership.objects.filter(role__in=roles, is_active=True, user__is_active=True)
        .exclude(user__email="")
        .select_related("user")
        .order_by("pk")
    )
    return [(m.user.email, m.user.language, str(m.user.public_id)) for m in members]
