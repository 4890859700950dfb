"""Who stands behind a pseudonym of the trail."""

from collections.abc import Iterable
from uuid import UUID

from portal.accounts.models import User


def of_actors(actors: Iterable[str]) -> dict[str, str]:
    """Names by `Actor.id`, of those that are people with an account."""
    ids = {UUID(actor.removeprefix("user:")) for actor in actors if actor.startswith("user:")}
    people = User.objects.filter(public_id__in=ids)
    return {f"user:{user.public_id}": str(user) for user in people}
