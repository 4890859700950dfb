"""Whom to tell of an account: the supervisors, never the account itself."""

from collections.abc import Callable
from uuid import UUID

from portal.accounts.models import Role, User
from portal.outbox import letters


def of(account: str) -> list[User]:
    """`account` is an `Actor.id`. Where no supervisor is left, the auditors."""
    themselves = UUID(account.removeprefix("user:"))
    for role in (Role.SUPERVISOR, Role.AUDITOR):
        others = [user for user in letters.people(role) if user.public_id != themselves]
        if others:
            return others
    return []


def tell(
    effect_key: str, topic: str, account: str, letter: Callable[[str], tuple[str, str]]
) -> None:
    """A mail to each, once for each effect key, in the transaction of what is told: `letter` takes
    the name of the person and gives subject and body, in the language of whoever reads it."""
    person = User.objects.filter(public_id=account.removeprefix("user:")).first()
    name = person.name if person else account
    letters.to_each(effect_key, topic, of(account), lambda: letter(name))
