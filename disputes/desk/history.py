"""The audit trail of a case as a person reads it, and who looked at it: when, who, what; newest
first."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import CharField, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disputes.models import Case
from portal.accounts.models import Role, User
from portal.audit import reading
from portal.audit.models import Event, Reading
from portal.compiled import Compiled, Later

FEW = 5
READ = "case.read"  # how the trail told of readings before they had a table of their own

WORDS = {
    "opened": gettext_lazy("立案"),
    "consumer_replied": gettext_lazy("客户补充说明"),
    "merchant_replied": gettext_lazy("商户留言"),
    "institution_replied": gettext_lazy("机构留言"),
    "asked_consumer": gettext_lazy("请客户补充，计时暂停"),
    "noted": gettext_lazy("写内部备注"),
    "assigned": gettext_lazy("分派负责人"),
    "given": gettext_lazy("按规则分派负责人"),
    "owner_left": gettext_lazy("负责人不再办案，案件不在其名下"),
    "escalated_by_consumer": gettext_lazy("客户请机构处理"),
    "escalated_by_institution": gettext_lazy("机构接过来处理"),
    "escalated_by_time": gettext_lazy("商户超时，自动转到机构"),
    "escalated_for_nobody": gettext_lazy("商户没有人能答复，自动转到机构"),
    "resolved": gettext_lazy("办结"),
    "rejected": gettext_lazy("不予支持"),
    "withdrawn": gettext_lazy("客户撤回"),
    "continued": gettext_lazy("客户不满意，继续处理"),
    "matched": gettext_lazy("系统找到了这笔消费"),
    "slip_issued": gettext_lazy("电子小票已开出，小票时限停止"),
    "refund_offered": gettext_lazy("商户提出退款，计时暂停"),
    "offer_accepted": gettext_lazy("客户接受退款，办结"),
    "redo_linked": gettext_lazy("对上重新交易的一笔"),
    "redone": gettext_lazy("退款和重新交易都已确认，办结"),
    "refund_proposed": gettext_lazy("提出执行退款"),
    "network_proposed": gettext_lazy("提出银联差错的一步，等批准"),
    "network_approved": gettext_lazy("批准银联差错的一步"),
    "network_refused": gettext_lazy("不批准银联差错的一步"),
    "network_withdrawn": gettext_lazy("撤回银联差错的一步"),
    "network_expired": gettext_lazy("银联差错的一步没等到批准，作废"),
    "refund_edited": gettext_lazy("改退款提案"),
    "proposal_withdrawn": gettext_lazy("撤回退款提案"),
    "refund_approved": gettext_lazy("批准退款"),
    "refund_refused": gettext_lazy("不批准退款"),
    "refund_sent": gettext_lazy("退款送到收单方"),
    "refund_unknown": gettext_lazy("退款结果不明，正在查询"),
    "refund_executed": gettext_lazy("退款已执行"),
    "refund_failed": gettext_lazy("退款没有办成"),
    "refund_confirmed": gettext_lazy("对账文件确认了退款"),
    "offer_declined": gettext_lazy("客户没有接受退款"),
    "merged": gettext_lazy("并入另一件案件"),
    "took_in": gettext_lazy("另一件案件并入"),
    "parted": gettext_lazy("和另一件案件分开"),
    "let_go": gettext_lazy("另一件案件分出去"),
    "extension_asked": gettext_lazy("申请延期"),
    "extended": gettext_lazy("批准延期"),
    "extension_refused": gettext_lazy("不批准延期"),
    "forwarded": gettext_lazy("登记人民银行转来"),
    "taken_up": gettext_lazy("登记上级受理"),
    "file_requested": gettext_lazy("登记上级调取材料"),
    "request_answered": gettext_lazy("登记材料已交"),
    "decided_above": gettext_lazy("登记上级的决定"),
    "reply_noted": gettext_lazy("登记收到的函件"),
    "sent_up": gettext_lazy("登记发出的函件"),
    "file_asked": gettext_lazy("要一份案件材料"),
    "file_issued": gettext_lazy("案件材料已出具"),
    "file_given": gettext_lazy("下载案件材料"),
    "gone_up": gettext_lazy("客户说已向上反映"),
    "difference_settled": gettext_lazy("了结和文件的差异"),
    "policy_moved": gettext_lazy("换成现行规则"),
    "reprinted": gettext_lazy("商户补打小票"),
    "slip_accepted": gettext_lazy("客户拿到电子小票，办结"),
    "surveyed": gettext_lazy("客户回答了两个问题"),
    "link_shown": gettext_lazy("把私人链接给了客户"),
    "code_sent": gettext_lazy("给客户发了验证码"),
    "seen_by_code": gettext_lazy("客户用验证码打开了案件"),
    "links_ended": gettext_lazy("作废客户的链接"),
    "due_soon": gettext_lazy("提醒：时限快到了"),
    "overdue": gettext_lazy("提醒：时限已经过了"),
    "due_moved": gettext_lazy("日历变了，时限重新算过"),
    "read": gettext_lazy("打开案件"),
    "unmasked": gettext_lazy("看完整的联系方式"),
}
READINGS = {
    Reading.What.OPENED: gettext_lazy("打开案件"),
    Reading.What.LISTED: gettext_lazy("查找时看到"),
    Reading.What.DOWNLOADED: gettext_lazy("下载附件"),
    Reading.What.PRINTED: gettext_lazy("打印案件"),
    Reading.What.CONTACT: gettext_lazy("看完整联系方式"),
}


@dataclass(frozen=True)
class Step:
    at: datetime
    what: str | Promise
    who: str
    role: str | Promise
    sequence: int | None = None  # of an event of the trail; a reading has none
    hash: str = ""


def _events(case: Case):
    return Event.objects.filter(subject=case.subject).order_by("-sequence")


class Lately(NamedTuple):
    at: datetime
    what: str


def _newest() -> QuerySet:
    subject = Later("subject", CharField())
    events = Event.objects.filter(subject=subject).order_by("-sequence")
    newest = Subquery(events.values("sequence")[:1])
    return events.exclude(type=READ).values_list("at", "type", newest)[:FEW]


_few = Compiled(_newest)


def few_of(case: Case) -> tuple[tuple[Lately, ...], int]:
    """The last steps that moved the case, and how many events there are in all."""
    rows = _few.all(subject=case.subject)
    return tuple(Lately(at, _words(kind)) for at, kind, _n in rows), rows[0][2] if rows else 0


def _words(kind: str) -> str:
    return str(WORDS.get(kind.rpartition(".")[2], kind))


def all_of(case: Case) -> list[Step]:
    readings = list(reading.readers_of(case.subject))
    known = names(row.reader for row in readings)
    seen = [
        Step(
            at=row.at,
            what=READINGS[Reading.What(row.what)],
            who=known.get(row.reader) or _part(row.reader),
            role=Role(row.role).label if row.role in Role else "",
        )
        for row in readings
    ]
    return sorted([*_told(_events(case)), *seen], key=lambda step: step.at, reverse=True)


def _told(events: Iterable[Event]) -> list[Step]:
    events = list(events)
    known = names(event.actor for event in events)
    return [
        Step(
            at=event.at,
            what=_words(event.type),
            who=known.get(event.actor) or _part(event.actor),
            role=_role(event),
            sequence=event.sequence,
            hash=event.hash,
        )
        for event in events
    ]


def names(actors: Iterable[str]) -> dict[str, str]:
    ids = {actor.removeprefix("user:") for actor in actors if actor.startswith("user:")}
    people = User.objects.filter(public_id__in=[UUID(text) for text in ids])
    return {f"user:{user.public_id}": user.name for user in people}


def _part(actor: str) -> str:
    return _("客户") if actor.startswith("consumer:") else _("系统")


def _role(event: Event) -> str | Promise:
    role = json.loads(event.text).get("role", "")
    return Role(role).label if role in Role else ""
