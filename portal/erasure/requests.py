"""One asks, another agrees: then it is done, in that same transaction."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import Role
from portal.accounts.typed import plain
from portal.erasure import erasing, keepers, replaying
from portal.erasure.models import BEATS_PERIOD, Ground, Item, Request

MAY_ASK = (Role.SUPPORT, Role.SUPERVISOR)
MAY_DECIDE = (Role.SUPERVISOR,)
MAY_READ = (*MAY_ASK, Role.AUDITOR)
MOST = 50  # things of one request


def grounds() -> list[tuple[str, str]]:
    return [(each.value, str(each.label)) for each in Ground if each != Ground.PERIOD]


def ask(subjects: list[str], ground: str, words: str, *, actor: Actor) -> Request:
    """A request about these things. Raises NotAllowed, Invalid("subjects" | "ground" | "words")."""
    if actor.role not in MAY_ASK or actor.user is None:
        raise NotAllowed(actor.id)
    subjects = list(dict.fromkeys(subjects))
    if ground not in dict(grounds()):
        raise Invalid("ground", _("请选一个理由"))
    if not subjects:
        raise Invalid("subjects", _("请至少选一项"))
    if len(subjects) > MOST:
        raise Invalid("subjects", _("一次最多 {most} 项").format(most=MOST))
    words = plain("words", words)[:200]
    for subject in subjects:
        _refuse_useless(subject, ground)
    try:
        with transaction.atomic():
            request = Request.objects.create(
                ground=ground,
                words=words,
                asked_by=actor.user,
                asker_person=actor.user.person,
                asked_at=timezone.now(),
            )
            Item.objects.bulk_create(
                Item(request=request, subject=subject, ground=ground) for subject in subjects
            )
            audit.record(
                request.subject,
                "erasure.asked",
                actor=actor,
                after={"subjects": subjects},
                personal={"words": words} if words else None,
                reason=ground,
            )
    except IntegrityError:
        raise Invalid("subjects", _("其中一项已经有人请求过，正在等批准")) from None
    return request


def _refuse_useless(subject: str, ground: str) -> None:
    found = keepers.standing(subject)
    if found is None or found.erased:
        raise Invalid("subjects", _("没有这一项，或已经删除"))
    if found.busy:
        raise Invalid("subjects", _("{name}还没有结束，结束以后才能删除").format(name=found.name))
    if found.locked and ground not in BEATS_PERIOD:
        raise Invalid("subjects", _("{name}已经封存，期满会自动删除").format(name=found.name))


def approve(request: Request, *, actor: Actor) -> Request:
    """The second person agrees, and it is done: each thing erased, or locked while the law keeps
    it. Raises NotAllowed, Invalid("state"), erasing.StillBusy."""
    with transaction.atomic():
        row = _decide(request, Request.State.APPROVED, actor, "")
        items = list(row.items.order_by("subject"))  # in one order, so that two cannot deadlock
        audit.lock(row.subject, *(item.subject for item in items))
        audit.record(row.subject, "erasure.approved", actor=actor, reason=row.ground)
        for item in items:
            erasing.finish(item, actor=actor)
        replaying.note(items)
    return row


def refuse(request: Request, words: str, *, actor: Actor) -> Request:
    """Raises NotAllowed, Invalid("state" | "refusal")."""
    words = plain("refusal", words)[:200]
    if not words:
        raise Invalid("refusal", _("请写明为什么"))
    with transaction.atomic():
        row = _decide(request, Request.State.REFUSED, actor, words)
        row.items.update(state=Item.State.LEFT, at=timezone.now())
        audit.record(row.subject, "erasure.refused", actor=actor, personal={"words": words})
    return row


def may_decide(request: Request, actor: Actor) -> bool:
    waits = request.state == Request.State.WAITING
    own = actor.is_one_with(request.asked_by, request.asker_person)
    return waits and actor.role in MAY_DECIDE and not own


def _decide(request: Request, state: str, actor: Actor, refusal: str) -> Request:
    row = Request.objects.select_for_update().get(pk=request.pk)
    if row.state != Request.State.WAITING:
        raise Invalid("state", _("已经有人处理过了"))
    if not may_decide(row, actor):
        raise NotAllowed(actor.id)
    row.state, row.refusal = state, refusal
    row.decided_by, row.decided_at = actor.user, timezone.now()
    row.save()
    return row
