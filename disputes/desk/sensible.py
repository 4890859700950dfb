"""What to do first with a case, from what its page shows already; the best first."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from disputes.clocks import MISSED, ClockState
from disputes.desk.talk import Line
from disputes.models import Case
from disputes.models.case import Stage, Status
from disputes.models.message import Audience, Author
from receipts.models import Payment

MOST = 3


@dataclass(frozen=True)
class Action:
    """A link, or with `takes` the button that gives the case to its reader."""

    words: str
    href: str = ""
    takes: bool = False


def of(
    case: Case,
    verbs: dict,
    talk: tuple[Line, ...],
    state: ClockState | None,
    alike: list[Payment],
    owner_back: str,
    may_take: bool,
) -> list[Action]:
    """`owner_back`: the day on which its owner, who is away, is there again. Nothing where nobody
    may act, or the case waits for somebody else."""
    if not case.is_open or "reply" not in verbs:
        return []
    found = []
    if may_take and case.assignee_id is None:
        found.append(Action(_("还没有人负责：分给我"), takes=True))
    if owner_back and "assign" in verbs and case.assignee:
        words = _("%(name)s不在，%(day)s回来：交给在岗的同事")
        found.append(Action(words % {"name": case.assignee.name, "day": owner_back}, "#assign"))
    if _customer_waits(case, talk):
        late = state is not None and state.state == MISSED
        words = _("已经超时，先答复客户") if late else _("客户说了话，还没有人答复")
        found.append(Action(words, "#body"))
    if alike:
        href = reverse("panel:payment", args=[alike[0].pk])
        found.append(Action(_("看那笔可能重复的扣款"), href))
    if case.payment_id is None and case.claimed_tail:
        href = f"{reverse('panel:payments')}?q={case.claimed_tail}"
        found.append(Action(_("按尾号 %(tail)s 找这笔消费") % {"tail": case.claimed_tail}, href))
    answered = case.stage == Stage.INSTITUTION and case.status != Status.WAITING_CONSUMER
    if not found and "resolve" in verbs and answered and talk:
        found.append(Action(_("都答复过了：可以办结"), "#composer"))
    return found[:MOST]


def _customer_waits(case: Case, talk: tuple[Line, ...]) -> bool:
    """At the institution, and the last word to everybody is the customer's."""
    if case.stage != Stage.INSTITUTION or case.status == Status.WAITING_CONSUMER:
        return False
    said = [
        line.author_kind
        for line in talk
        if line.audience == Audience.ALL and line.author_kind != Author.SYSTEM
    ]
    return bool(said) and said[-1] == Author.CONSUMER
