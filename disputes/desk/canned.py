"""Canned replies under a conversation: which ones fit, what one says of this case, and that nothing
of a narrower audience leaves with a message to a wider one."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _

from disputes import placeholders, words
from disputes.actions.canned import known_to
from disputes.desk import writing
from disputes.errors import Invalid
from disputes.models import Case, Writing
from disputes.models.canned import Ready, ready_for
from disputes.models.message import Audience
from portal.accounts.actor import Actor


@dataclass(frozen=True)
class Canned:
    """One to choose: `missing` names what the case has no value for, so that it cannot be used."""

    pk: int
    name: str
    audience: str
    preview: str
    missing: str = ""


def audience_of(verb: str) -> str:
    """Before whom the words of a form go: `reply:merchant`, `add_note`, `resolve`, …"""
    name, _colon, audience = verb.partition(":")
    if name == "add_note":
        return Audience.INTERNAL.value
    return audience if name == "reply" and audience in Audience.values else Audience.ALL.value


def offered(case: Case, actor: Actor, modes: list[str]) -> tuple[Canned, ...]:
    """Those of the actor's own that fit: a customer's in the customer's language, others in the
    reader's; none to whom nothing can be said here. `modes`: what the form can do."""
    reaches = {audience_of(mode) for mode in modes}
    here = translation.get_language() or ""
    found = []
    for reply in ready_for(actor):
        language = case.language if reply.audience == Audience.ALL else here
        if reply.language != language or not any(_reaches(reply, reach) for reach in reaches):
            continue
        missing = [each.name for each in _used(reply, actor) if not each.value(case, actor)]
        preview = words.one_line(reply.body, 60)
        found.append(Canned(reply.pk, reply.name, reply.audience, preview, _("、").join(missing)))
    return tuple(sorted(found, key=lambda each: placeholders.REACH.index(each.audience)))


def insert(case: Case, actor: Actor, form, modes: list[str]) -> dict[str, str]:
    """Put the reply that the form names (`canned`) under what is typed, filled from the case, and
    keep both as what is being written. Gives the form as it now is: verb and body.

    Raises Invalid for one that is gone, that this case has no value for or no way to send."""
    chosen, typed = form.get("verb", ""), words.one_form(form.get("body", ""))
    reply = next(
        (each for each in ready_for(actor, fresh=True) if str(each.pk) == form.get("canned")), None
    )
    if reply is None:
        raise Invalid("body", _("这条回复已经被去掉了。"))
    if chosen not in modes or not _reaches(reply, audience_of(chosen)):
        chosen = next((mode for mode in modes if _reaches(reply, audience_of(mode))), "")
    if not chosen:
        raise Invalid("body", _("这条回复现在没有可以写给的人。"))
    used = _used(reply, actor)
    with translation.override(reply.language):
        values = {each.zh: each.value(case, actor) for each in used}
    if empty := [each.name for each in used if not values[each.zh]]:
        raise Invalid(
            "body", _("这件案件没有{names}，用不了这条回复。").format(names=_("、").join(empty))
        )
    filled = placeholders.fill(reply.body, values, used)
    body = f"{typed}\n{filled}" if typed else filled
    if len(body) > words.LONGEST:
        raise Invalid("body", _("加上这条就太长了，请先删短一些。"))
    _keep(case, actor, chosen, body, reply, filled, [(e.reach, values[e.zh]) for e in used])
    return {"verb": chosen, "body": body}


def check_reach(case: Case, actor: Actor, verb: str, body: str) -> None:
    """Raises Invalid where words that were put in for a narrower audience are about to go to a
    wider one: the reply itself, or the value of one of its placeholders."""
    mine = Writing.objects.filter(case=case, user=actor.user).exclude(inserted=[]).first()
    if mine is None:
        return
    wider = placeholders.REACH.index(audience_of(verb))
    for reach, value in mine.inserted:
        if placeholders.REACH.index(reach) > wider and value in body:
            raise Invalid(
                "body",
                _("“{words}”只给“{audience}”看，还没有发送。请删掉它，或者换成写给他们。").format(
                    words=words.one_line(value, 30), audience=Audience(reach).label
                ),
            )


def _reaches(reply: Ready, audience: str) -> bool:
    """Whether the reply may stand in words for `audience`."""
    return placeholders.REACH.index(reply.audience) <= placeholders.REACH.index(audience)


def _used(reply: Ready, actor: Actor) -> list[placeholders.Placeholder]:
    return placeholders.used(reply.body, known_to(actor))


def _keep(case, actor, chosen, body, reply, filled, values) -> None:
    told = [[reply.audience, filled], *([reach, value] for reach, value in values)]
    mine = Writing.objects.filter(case=case, user=actor.user).first()
    kept = [each for each in (mine.inserted if mine else []) if each not in told]
    narrow = [each for each in told if each[0] != Audience.ALL]
    writing.keep(case, actor, chosen, body, [*kept, *narrow][-20:])
