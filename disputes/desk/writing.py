"""Typing that is not lost, and two people who do not answer over each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import BigAutoField
from django.utils.translation import gettext as _

from disputes import moment, words
from disputes.errors import WrongState
from disputes.models import Case, Message, Writing
from disputes.models.message import Author
from portal.accounts.actor import Actor
from portal.compiled import Compiled, Later

AT_IT = timedelta(minutes=5)  # so long after the last key somebody is taken to be writing
KEPT_FOR = timedelta(days=7)
# What answers somebody, and so must not be said past a word that was not seen.
ANSWERS = {"reply", "ask_consumer", "offer_refund", "resolve", "reject"}


@dataclass(frozen=True)
class Desk:
    """What the reader began to write here, and which colleagues are writing now."""

    mine: Begun | None
    others: tuple[str, ...]


class Begun(NamedTuple):
    user: int
    name: str
    chosen: str
    body: str
    updated_at: datetime


_begun = Compiled(
    lambda: (
        Writing.objects.filter(
            case=Later("case", BigAutoField()), organisation=Later("organisation", BigAutoField())
        )
        .order_by("pk")
        .values_list("user", "user__name", "chosen", "body", "updated_at")
    )
)


# Whether there is anything newer at all, whoever may read it: as a rule there is not.
_last_said = Compiled(
    lambda: (
        Message.objects.filter(
            case=Later("case", BigAutoField()), pk__gt=Later("seen", BigAutoField())
        )
        .order_by("pk")
        .values_list("pk")[:1]
    )
)


def of(case: Case, actor: Actor) -> Desk:
    if actor.organisation is None or actor.user is None:
        return Desk(None, ())
    rows = [Begun(*row) for row in _begun.all(case=case.pk, organisation=actor.organisation.pk)]
    since = moment.now() - AT_IT
    mine = next((row for row in rows if row.user == actor.user.pk), None)
    return Desk(mine, tuple(r.name for r in rows if r is not mine and r.updated_at > since))


def keep(
    case: Case, actor: Actor, chosen: str, body: str, inserted: list[list[str]] | None = None
) -> None:
    """Keep what is typed so far; nothing left of it, nothing is kept. No whole card number is.
    `inserted`: words that were put in for a narrower audience (disputes.desk.canned)."""
    text = words.one_form(body)[: words.LONGEST]
    if not text or actor.organisation is None:
        forget(case, actor)
        return
    Writing.objects.update_or_create(
        case=case,
        user=actor.user,
        defaults={
            "organisation": actor.organisation,
            "chosen": chosen[:40],
            "body": text,
            "updated_at": moment.now(),
            **({} if inserted is None else {"inserted": inserted}),
        },
    )


def keep_refused(case: Case, actor: Actor, form) -> None:
    """The words of a form that was refused stand in the page alone, which may be closed."""
    if form.get("body", "").strip():
        keep(case, actor, form.get("verb", ""), form["body"])


def forget(case: Case, actor: Actor) -> None:
    Writing.objects.filter(case=case, user=actor.user).delete()


def erase_old() -> int:
    """What nobody went on with for a week; how many."""
    return Writing.objects.filter(updated_at__lte=moment.now() - KEPT_FOR).delete()[0]


def check_nothing_new(case: Case, actor: Actor, verb: str, seen: str) -> None:
    """Raises WrongState where somebody has said something since the form was drawn. Called with the
    case locked; sent again, the form has seen it."""
    if verb not in ANSWERS or not seen.isascii() or not seen.isdigit() or len(seen) > 18:
        return
    if not _last_said.first(case=case.pk, seen=int(seen)):
        return
    newer = Message.objects.filter(case=case, pk__gt=int(seen)).visible_to(actor)
    newer = newer.exclude(author_kind=Author.SYSTEM)
    if actor.user:
        newer = newer.exclude(author=actor.user)
    first = newer.select_related("author", "organisation").order_by("pk").first()
    if first is not None:
        raise WrongState(
            _("您写的时候，%(name)s刚刚说了话，还没有发送您的。看过上面再发送。")
            % {"name": _who(first, actor)}
        )


def _who(message: Message, actor: Actor) -> str:
    ours = actor.organisation and message.organisation_id == actor.organisation.pk
    if ours and message.author:
        return message.author.name
    return str(Author(message.author_kind).label)
