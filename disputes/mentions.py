"""@姓名 in an internal note: that colleague hears of it."""

import re

from django.conf import settings
from django.urls import reverse

from disputes import messages_out
from disputes.models import Case
from disputes.policy.table import MERCHANT, STAFF
from portal.accounts.actor import Actor
from portal.accounts.models import Membership, User

SIGNS = "@\N{FULLWIDTH COMMERCIAL AT}"


def colleagues(actor: Actor) -> list[User]:
    """Those who may read an internal note of the actor's organisation and work on cases."""
    members = Membership.objects.active().filter(
        organisation=actor.organisation, user__is_active=True, role__in=STAFF
    )
    return [member.user for member in members.select_related("user").order_by("pk")]


def named(body: str, people: list[User]) -> list[User]:
    """Whose name stands after an @, the longest name first: @王小明 is not 王小."""
    found, rest = [], body
    for person in sorted(people, key=lambda each: -len(each.name)):
        for sign in SIGNS:
            if person.name and f"{sign}{person.name}" in rest:
                rest = rest.replace(f"{sign}{person.name}", "")
                found.append(person)
    return list(dict.fromkeys(found))


MENTION = re.compile(r"(?<![0-9A-Za-z._%+-])[" + "".join(SIGNS) + r"]\S")  # no mail address


def reached_nobody(body: str, actor: Actor) -> bool:
    """Whether somebody was to be named and no colleague was."""
    return bool(MENTION.search(body)) and not named(body, colleagues(actor))


def address(case: Case, actor: Actor) -> str:
    """Where the actor's own people read the case."""
    name = "merchant_cases:case" if actor.role in MERCHANT else "desk:case"
    return settings.PUBLIC_URL + reverse(name, args=[case.number])


def tell(case: Case, actor: Actor, body: str, key: str) -> list[User]:
    """Mail to those named, never to the writer; in the caller's transaction."""
    if not any(sign in body for sign in SIGNS):
        return []
    people = [person for person in named(body, colleagues(actor)) if person != actor.user]
    messages_out.tell_users(case, people, "mentioned", address(case, actor), key=key)
    return people
