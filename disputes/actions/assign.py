import uuid
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from disputes import mentions, messages_out, moment, words
from disputes.actions.step import allowed_step, follow, message_facts, new_key, say, show, take
from disputes.assigning import workers
from disputes.errors import Invalid
from disputes.models.message import Audience
from portal.accounts import away
from portal.accounts.actor import Actor
from portal.accounts.models import User
from portal.compiled import Compiled

LONGEST_NOTE = 500


def assignable() -> list[User]:
    """Who may be given a case: the institution's active people who work on cases."""
    return list(User.objects.filter(pk__in=workers().values("user")).order_by("name", "pk"))


class Colleague(NamedTuple):
    """One of `assignable`, as far as a page's list of names needs it."""

    pk: int
    public_id: str
    name: str
    back: str = ""  # away now: the day of coming back, in words


_names = Compiled(
    lambda: (
        workers()
        .order_by("user__name", "user")
        .values_list("user", "user__public_id", "user__name", "absence__since", "absence__until")
    )
)


def colleagues() -> list[Colleague]:
    """As `assignable`: for every page of the desk, which only names them."""
    now = moment.now()
    return [
        Colleague(pk, str(key), name, away.back(until) if since and since <= now < until else "")
        for pk, key, name, since, until in _names.all()
    ]


@transaction.atomic
def assign(case, *, actor: Actor, assignee: User | None, note: str = "") -> None:
    """Give the case to somebody at the institution, or to nobody, with a note that stays inside.
    Whoever gets it from a colleague hears of it. The same again does nothing."""
    row, role = take(case, actor, "assign")
    step = allowed_step(row, actor, role, "assign")
    if row.assignee_id == (assignee.pk if assignee else None):
        show(case, row)
        return
    if assignee and not workers().filter(user=assignee).exists():
        raise Invalid("assignee", _("不能分派给这个人。"))
    before = {"assignee": _pseudonym(row.assignee)}
    row.assignee, row.assigned_by = assignee, ""
    key, facts = new_key(), {"assignee": _pseudonym(assignee)}
    note = words.one_form(note)
    if note:
        note = words.clean(note, "note", LONGEST_NOTE)
        message = say(
            row,
            actor=actor,
            body=note,
            audience=Audience.INTERNAL,
            event=step.event,
            submission_key=uuid.uuid4(),
        )
        facts |= message_facts(message)
    follow(
        row,
        step,
        actor=actor,
        key=key,
        before=before,
        facts=facts,
        personal={"body": note} if note else None,
    )
    if assignee and assignee != actor.user:
        link = mentions.address(row, actor)
        messages_out.tell_users(row, [assignee], "assigned", link, key=key)
    show(case, row)


def _pseudonym(user: User | None) -> str:
    return f"user:{user.public_id}" if user else ""
