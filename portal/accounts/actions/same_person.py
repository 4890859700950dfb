"""An administrator says that two accounts are one human being: from then on one pair of eyes.

The mail address finds accounts of one mailbox by itself (portal.accounts.persons); of somebody with
two mailboxes only people know.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit
from portal.accounts import persons
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import Role, User


@transaction.atomic
def join_accounts(user: User, *, username: str, actor: Actor) -> User:
    """The account of that name, and all that are one with it, become one with `user`.

    Raises NotAllowed, Invalid("username").
    """
    _only_an_administrator(actor)
    user.refresh_from_db(fields=["person"])
    other = User.objects.filter(username=username.strip()).first()
    if other is None:
        raise Invalid("username", _("没有这个用户名的账号。"))
    if other.person == user.person:
        raise Invalid("username", _("这两个账号已经是同一个人。"))
    joined = _of(other.person)
    _change(joined, user.person, "person.joined", actor, _of(user.person))
    user.refresh_from_db()
    return other


@transaction.atomic
def part_accounts(user: User, *, actor: Actor) -> None:
    """Each of the accounts that are one with `user` is what its mail address says again. Not those
    of whoever does it. Raises NotAllowed, Invalid."""
    _only_an_administrator(actor)
    user.refresh_from_db(fields=["person"])
    group = _of(user.person)
    if actor.user is None or actor.user.pk in {each.pk for each in group}:
        raise NotAllowed("one's own accounts are parted by another administrator")
    if not any(_by_mail(each) != user.person for each in group):
        raise Invalid("username", _("这些账号的邮箱是同一个，不能分开。"))
    audit.lock(*(f"account:{each.public_id}" for each in group))
    for each in group:
        _change([each], _by_mail(each), "person.parted", actor, group)
    user.refresh_from_db()


def _only_an_administrator(actor: Actor) -> None:
    if actor.role != Role.ADMINISTRATOR:
        raise NotAllowed(f"{actor.role} says of nobody that they are one person")


def _of(person: str) -> list[User]:
    return list(User.objects.select_for_update().filter(person=person).order_by("pk"))


def _by_mail(user: User) -> str:
    return persons.of_account(user.email, user.public_id)


def _change(users: list[User], person: str, event: str, actor: Actor, others: list[User]) -> None:
    subjects = [f"account:{each.public_id}" for each in users]
    audit.lock(*subjects)
    for user, subject in zip(users, subjects, strict=True):
        User.objects.filter(pk=user.pk).update(person=person)
        others_of_it = [f"user:{each.public_id}" for each in others if each.pk != user.pk]
        audit.record(subject, event, actor=actor, after={"accounts": others_of_it})
