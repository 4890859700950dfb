"""Who answers for the files that come in and the slips that go out."""

from portal.accounts.models import Role
from portal.outbox import letters


def tell_operations(effect_key: str, topic: str, letter: letters.Letter, *besides: Role) -> None:
    """A mail to each of operations, and of the roles besides, once for each effect key, in the
    transaction of what is told: `letter` gives subject and body in the language of whoever reads
    it."""
    letters.to_each(effect_key, topic, letters.people(Role.OPERATIONS, *besides), letter)
