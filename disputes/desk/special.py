"""What is done to a case once in a while, each by a small form of its own beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from disputes import actions, deadline, extensions, moment
from disputes.desk.related import Other
from disputes.models import Case, Extension
from disputes.policy import limits
from disputes.policy.limits import Limit
from portal.accounts.actor import Actor

# The fields of these forms: an error at one of them stands there and not under the conversation.
FIELDS = {
    "extend_to",
    "extend_why",
    "forwarded_on",
    "forwarded_ref",
    "forwarded_due",
    "move_why",
    "merge_with",
    "links_why",
}


SHOWN = (
    "ask_extension",
    "approve_extension",
    "note_forwarded",
    "move_policy",
    "merge",
    "part",
    "end_links",
)


@dataclass(frozen=True)
class Waiting:
    """The extension that waits for its second person."""

    row: Extension
    words: str  # 30 天
    until: str
    is_own: bool


@dataclass(frozen=True)
class Special:
    """`may`: names of the forms, as the policy allows; what they need to be drawn."""

    may: frozenset[str]
    waiting: Waiting | None
    extend_now: str = ""  # the limit that counts now, and the longest
    extend_most: int = 0
    today: str = ""
    candidates: tuple[Other, ...] = ()  # for merging
    merged: tuple[Other, ...] = ()


def of(case: Case, actor: Actor, verbs: dict, of_contact: list[Other]) -> Special | None:
    """None where there is nothing of the kind to do or to show. `of_contact`: the other cases of
    this contact."""
    may = {name for name in SHOWN if name in verbs}
    state = extensions.extendable(case) if "ask_extension" in may else None
    if state is None:
        may.discard("ask_extension")
    candidates = tuple(
        each for each in of_contact if each.is_open and each.organisation_id == case.organisation_id
    )
    if not candidates:
        may.discard("merge")
    waiting = _waiting(case, actor)
    if not may and waiting is None and case.merged_into_id is None:
        return None
    return Special(
        may=frozenset(may),
        waiting=waiting,
        extend_now=extensions.limit_of(case, state).words if state else "",
        extend_most=Limit.read(limits.EXTENDED_TO[state.clock]).amount if state else 0,
        candidates=candidates,
        merged=tuple(each for each in of_contact if each.merged_into_id == case.pk),
        today=timezone.localdate(moment.now()).isoformat(),
    )


def _waiting(case: Case, actor: Actor) -> Waiting | None:
    row = extensions.waiting(case) if actor.is_institution else None
    if row is None:
        return None
    return Waiting(
        row,
        words=Limit.read(row.limit).words,
        until=deadline.by(extensions.due_with(case, row)),
        is_own=actor.user is not None and row.asked_by_id == actor.user.pk,
    )


def ask_extension(case: Case, actor: Actor, form, _audience: str) -> str:
    typed = form.get("extend_to", "").strip()
    days = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else None
    actions.ask_extension(case, actor=actor, days=days, reason=form.get("extend_why", ""))
    return _("已交给另一位主管批准。")


def approve_extension(case: Case, actor: Actor, _form, _audience: str) -> str:
    actions.approve_extension(case, actor=actor)
    return _("已批准，客户会收到新的时限和理由。")


def refuse_extension(case: Case, actor: Actor, _form, _audience: str) -> str:
    actions.refuse_extension(case, actor=actor)
    return _("没有批准，时限照旧。")


def note_forwarded(case: Case, actor: Actor, form, _audience: str) -> str:
    try:
        on = date.fromisoformat(form.get("forwarded_on", ""))
    except ValueError:
        on = None
    try:
        due_on = date.fromisoformat(named) if (named := form.get("forwarded_due", "")) else None
    except ValueError:
        raise actions.Invalid("forwarded_due", _("请填日期，例如 2026-11-20。")) from None
    actions.note_forwarded(
        case, actor=actor, on=on, reference=form.get("forwarded_ref", ""), due_on=due_on
    )
    return _("已登记，另一个时限从收到那天算起。")


def move_policy(case: Case, actor: Actor, form, _audience: str) -> str:
    actions.move_policy(case, actor=actor, reason=form.get("move_why", ""))
    return _("已换成现行规则，时限重新算过。")


def end_links(case: Case, actor: Actor, form, _audience: str) -> str:
    actions.end_links(case, actor=actor, reason=form.get("links_why", ""))
    return _("以前的链接都作废了；客户可以凭案件号和验证码重新打开。")


def merge(case: Case, actor: Actor, form, _audience: str) -> str:
    chosen = form.get("merge_with", "")
    other = Case.objects.visible_to(actor).filter(number=chosen).first()
    into = actions.merge(case, actor=actor, other=other)
    return _("已并入案件 %(number)s，一并办理。") % {"number": into.number}


def part(case: Case, actor: Actor, _form, _audience: str) -> str:
    actions.part(case, actor=actor)
    return _("已分开，各办各的。")


DEEDS = {
    "merge": merge,
    "part": part,
    "ask_extension": ask_extension,
    "approve_extension": approve_extension,
    "refuse_extension": refuse_extension,
    "note_forwarded": note_forwarded,
    "move_policy": move_policy,
    "end_links": end_links,
}
