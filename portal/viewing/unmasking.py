"""One person sees what is masked of one thing, for some minutes, for a reason. The event of the
trail is the right itself: nothing else says that somebody may see it, so none can be without one.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, DateTimeField
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid
from portal.accounts.typed import plain
from portal.audit import reading
from portal.audit.models import Event
from portal.compiled import Compiled, Later
from portal.viewing import supervisors

UNMASKED = "viewing.unmasked"
MANY = "viewing.unusual.contacts"
REASONS: dict[str, str | Promise] = {
    "call": gettext_lazy("要给客户回电话"),
    "bounced": gettext_lazy("邮件或短信没有送到，核对地址"),
    "authority": gettext_lazy("监管或司法机关依法要求"),
    "other": gettext_lazy("其他，写在后面"),
}


# Every page of a case asks for it.
_unmasked = Compiled(
    lambda: (
        Event.objects.filter(
            subject=Later("subject", CharField()),
            type=UNMASKED,
            actor=Later("actor", CharField()),
            at__gt=Later("since", DateTimeField()),
        )
        .order_by("-sequence")
        .values_list("at")[:1]
    )
)


def until(actor: Actor, subject: str):
    """Until when `actor` sees `subject` unmasked; None: it is masked."""
    lasts = timedelta(minutes=settings.UNMASK_MINUTES)
    times = _unmasked.all(subject=subject, actor=actor.id, since=timezone.now() - lasts)
    return times[0][0] + lasts if times else None


def unmask(actor: Actor, subject: str, fields: list[str], code: str, words: str) -> None:
    """Let `actor` see `fields` of `subject` from now on. Raises Invalid("code" | "words")."""
    if code not in REASONS:
        raise Invalid("code", _("请选一个原因"))
    words = plain("words", words)[:200]
    if code == "other" and not words:
        raise Invalid("words", _("请写明原因"))
    with transaction.atomic():
        audit.lock(subject, _account(actor))
        reading.note(actor, subject, what=reading.What.CONTACT)
        audit.record(
            subject,
            UNMASKED,
            actor=actor,
            after={"fields": fields, "minutes": settings.UNMASK_MINUTES},
            personal={"words": words} if words else None,
            reason=code,
        )
        _tell_if_many(actor)


def _tell_if_many(actor: Actor) -> None:
    """Once a day for each account."""
    since = timezone.now() - timedelta(days=1)
    number = reading.number_seen(actor.id, since, reading.What.CONTACT)
    if number <= settings.UNMASK_BUDGET_DAY:
        return

    def letter(name: str) -> tuple[str, str]:
        return _("{name}看了很多客户的联系方式").format(name=name), _(
            "{name}在 24 小时里看了 {n} 位客户的完整联系方式，限额是 {most}。"
            "看过谁的、写的什么原因，审计记录里都有。"
        ).format(name=name, n=number, most=settings.UNMASK_BUDGET_DAY)

    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    told = Event.objects.filter(subject=_account(actor), type=MANY, at__gte=today)
    if told.exists():
        return
    facts = {"figure": number, "most": settings.UNMASK_BUDGET_DAY}
    audit.record(_account(actor), MANY, actor=Actor.system("viewing"), after=facts)
    key = f"many_unmasked:{actor.id}:{today.date()}"
    supervisors.tell(key, "many_unmasked", actor.id, letter)


def _account(actor: Actor) -> str:
    return f"account:{actor.id.removeprefix('user:')}"
