"""Canned replies: the institution's are kept by its supervisors, a merchant's by its own people."""

from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from disputes import moment, placeholders, words
from disputes.errors import Invalid, NotAllowed, WrongState
from disputes.models import CannedReply
from disputes.models.canned import Language, forget_ready
from disputes.models.message import Audience
from disputes.policy.table import INSTITUTION, MERCHANT, SUPERVISOR
from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.models import Organisation, User

MOST = 60  # of an organisation: a list to choose from, not an archive
LONGEST_NAME, LONGEST = 30, 2_000


def may_keep(actor: Actor) -> bool:
    return actor.role == SUPERVISOR or (actor.is_merchant and actor.role in MERCHANT)


def known_to(actor: Actor) -> list[placeholders.Placeholder]:
    """The placeholders that may stand in a reply of the actor's organisation."""
    return [each for each in placeholders.OF_A_CASE if actor.is_institution or not each.ours]


@transaction.atomic
def keep_reply(
    *,
    actor: Actor,
    name: str,
    body: str,
    language: str,
    audience: str,
    team: str = "",
    reply: CannedReply | None = None,
) -> CannedReply:
    """Keep a reply ready for the actor's organisation, or change `reply`, one of its own.

    Raises Invalid with the field: a name that is taken, an unknown placeholder, one whose value
    may not go before `audience`.
    """
    organisation, user = _own(actor)
    row = _locked(reply, actor) if reply else None
    name = words.one_line(name, LONGEST_NAME)
    if not name:
        raise Invalid("name", _("请起个名字，写回复时凭它挑选。"))
    if language not in Language.values:
        raise Invalid("language", _("请选择语言。"))
    if audience not in Audience.values:
        raise Invalid("audience", _("请选择写给谁。"))
    if team and (actor.is_merchant or team not in INSTITUTION):
        raise Invalid("team", _("请选择给谁用。"))
    body = words.clean(body, "body", LONGEST)
    _check_placeholders(body, audience, actor)
    others = CannedReply.objects.visible_to(actor).exclude(pk=row.pk if row else None)
    if others.filter(team=team, language=language, name=name).exists():
        raise Invalid("name", _("已经有一条叫这个名字的了。"))
    if row is None and others.count() >= MOST:
        raise Invalid("name", _("最多存 %(most)s 条，请先去掉用不着的。") % {"most": MOST})
    before = {**_facts(row), **_words(row)} if row else None
    row = row or CannedReply(organisation=organisation)
    row.name, row.body, row.language, row.audience, row.team = name, body, language, audience, team
    row.changed_at, row.changed_by = moment.now(), user
    if before == {**_facts(row), **_words(row)}:
        return row
    row.save()
    _record(row, "desk.reply_changed" if before else "desk.reply_made", actor, before, row)
    return row


@transaction.atomic
def drop_reply(reply: CannedReply, *, actor: Actor) -> None:
    """Keep it no longer; what was sent with it stays as it was sent. One that is gone is gone."""
    _own(actor)
    row = CannedReply.objects.visible_to(actor).select_for_update().filter(pk=reply.pk).first()
    if row is None:
        return
    _record(row, "desk.reply_dropped", actor, {**_facts(row), **_words(row)}, None)
    row.delete()


def _own(actor: Actor) -> tuple[Organisation, User]:
    """The row of the organisation, locked: two at once give no name twice."""
    if not may_keep(actor) or actor.organisation is None or actor.user is None:
        raise NotAllowed(_("常用回复由主管增改。"))
    return Organisation.objects.select_for_update().get(pk=actor.organisation.pk), actor.user


def _locked(reply: CannedReply, actor: Actor) -> CannedReply:
    row = CannedReply.objects.visible_to(actor).select_for_update().filter(pk=reply.pk).first()
    if row is None:
        raise WrongState(_("这条回复已经被去掉了。"))
    return row


def _check_placeholders(body: str, audience: str, actor: Actor) -> None:
    known = known_to(actor)
    try:
        placeholders.check(body, known)
    except ValidationError as refused:
        raise Invalid("body", refused.messages[0]) from None
    for each in placeholders.used(body, known):
        if placeholders.REACH.index(each.reach) > placeholders.REACH.index(audience):
            raise Invalid(
                "body",
                _("“{name}”不能给“{audience}”看，请换一个词，或者改写给谁。").format(
                    name=each.written, audience=Audience(audience).label
                ),
            )


def _facts(row: CannedReply) -> dict[str, str]:
    return {"language": str(row.language), "audience": str(row.audience), "team": str(row.team)}


def _words(row: CannedReply) -> dict[str, str]:
    return {"name": row.name, "body": row.body}


def _record(
    row: CannedReply, type: str, actor: Actor, before: dict | None, now: CannedReply | None
) -> None:
    """What the institution keeps ready stands in the trail, before and after. What a shop does is
    the shop's: its words are committed to as a note is, which the institution does not read."""
    after = {**_facts(now), **_words(now)} if now else None
    note = {}
    if actor.is_merchant:
        note = {"note": "\n".join(_words(now).values())} if now else {}
        before, after = (
            {name: each[name] for name in _facts(row)} if each else None for each in (before, after)
        )
    audit.record(
        f"reply:{row.pk}",
        type,
        actor=actor,
        before=before,
        after=after,
        personal=note or None,
        at=moment.now(),
    )
    forget_ready(row.organisation_id)
    transaction.on_commit(partial(forget_ready, row.organisation_id))
