"""The same letter to several people who sign in, to each in their own language."""

from collections.abc import Callable, Iterable

from django.utils import translation

from portal.accounts.models import Membership, Role, User
from portal.outbox import post

# Subject and body, in the language of the moment.
Letter = Callable[[], tuple[str, str]]


def people(*roles: Role) -> list[User]:
    """Everybody who works under one of these roles and can be written to, each once."""
    members = (
        Membership.objects.active()
        .filter(role__in=roles, user__is_active=True)
        .exclude(user__email="")
        .select_related("user")
        .order_by("pk")
    )
    return list({member.user_id: member.user for member in members}.values())


def to_each(effect_key: str, topic: str, users: Iterable[User], letter: Letter) -> None:
    """A mail to each, once for each effect key, in the transaction of what is told."""
    for user in users:
        with translation.override(user.language):
            subject, body = letter()
            post.mail(
                f"{effect_key}:{user.public_id}",
                to=user.email,
                topic=topic,
                subject=subject,
                body=body,
                language=user.language,
            )
