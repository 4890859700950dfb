"""Who answers for the files that come in and the slips that go out."""

from collections.abc import Callable

from django.utils import translation

from portal.accounts.models import Membership, Role
from portal.outbox import post


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


def tell_operations(
    effect_key: str, topic: str, letter: Callable[[], tuple[str, str]], *besides: Role
) -> None:
    """A mail to each, once for each effect key, in the transaction of what is told: `letter` gives
    subject and body in the language of whoever reads it."""
    for address, language, key in operations(*besides):
        with translation.override(language):
            subject, body = letter()
            post.mail(
                f"{effect_key}:{key}",
                to=address,
                topic=topic,
                subject=subject,
                body=body,
                language=language,
            )
