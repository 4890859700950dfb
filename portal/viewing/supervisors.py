"""Whom to tell of an account: the supervisors, never the account itself."""

from collections.abc import Callable
from uuid import UUID

from django.utils import translation

from portal.accounts.models import Membership, Role, User
from portal.outbox import post


def of(account: str) -> list[User]:
    """`account` is an `Actor.id`. Where no supervisor is left, the auditors."""
    active = Membership.objects.active().filter(user__is_active=True).exclude(user__email="")
    others = active.exclude(user__public_id=UUID(account.removeprefix("user:")))
    for role in (Role.SUPERVISOR, Role.AUDITOR):
        members = others.filter(role=role).select_related("user").order_by("pk")
        if members:
            return [each.user for each in members]
    return []


def tell(
    effect_key: str, topic: str, account: str, letter: Callable[[str], tuple[str, str]]
) -> None:
    """A mail to each, once for each effect key, in the transaction of what is told: `letter` takes
    the name of the person and gives subject and body, in the language of whoever reads it."""
    person = User.objects.filter(public_id=account.removeprefix("user:")).first()
    name = person.name if person else account
    for user in of(account):
        with translation.override(user.language):
            subject, body = letter(name)
        post.mail(
            f"{effect_key}:{user.public_id}",
            to=user.email,
            topic=topic,
            subject=subject,
            body=body,
            language=user.language,
        )
