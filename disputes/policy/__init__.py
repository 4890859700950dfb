"""What is allowed when, and what follows: read by actions, pages, docs and tests.

`steps.py` is the table all kinds share, one module per kind holds what is particular to it,
`limits.py` the clocks. Numbers that an institution may change are rows of `PolicyVersion`.
"""

import json
import time
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from disputes import moment
from disputes.models.case import Kind, Stage, Status
from disputes.models.message import Audience
from disputes.models.policy import PolicyVersion
from disputes.policy import (
    disputed_charge,
    find_payment,
    limits,
    network_case,
    no_slip,
    proposals,
    reasons,
    refund_request,
    service_complaint,
)
from disputes.policy.parties import role_in
from disputes.policy.steps import ORDER, STEPS
from disputes.policy.table import CONSUMER, SYSTEM, KindPolicy, Notice, Opening, Step, Text, Verb
from portal.compiled import Compiled

KINDS: dict[str, KindPolicy] = {
    module.POLICY.kind.value: module.POLICY
    for module in (
        no_slip,
        refund_request,
        disputed_charge,
        service_complaint,
        find_payment,
        network_case,
    )
}

LABELS: dict[str, tuple[Text, Text]] = {
    "reply": (_("回复"), ""),
    "ask_consumer": (_("请客户补充"), _("等客户回复的时间不计入时限")),
    "offer_refund": (_("提出退款"), _("客户接受就办结；等客户答复的时间不计入时限")),
    "propose_refund": (_("提出执行退款"), _("超过本人额度的要另一个人批准")),
    "edit_refund": (_("改退款提案"), _("改了以后，原来看过的不算批准")),
    "approve_refund": (_("批准退款"), _("要另一位主管，并在 5 分钟内输过动态码")),
    "refuse_refund": (_("不批准退款"), ""),
    "withdraw_proposal": (_("撤回退款提案"), ""),
    "note_executed": (_("登记已执行的退款"), _("写下收单方给的参考号")),
    "note_not_executed": (_("登记没有退成"), _("留出的金额放开，可以重新提出")),
    "link_redo": (_("重新交易"), _("客户又付了一次，这一笔代替退掉的那一笔")),
    "reprint": (_("已补打小票"), _("告诉客户小票补打好了，可以来取")),
    "add_note": (_("内部备注"), _("只有本机构的人能看到")),
    "assign": (_("分派"), ""),
    "ask_extension": (_("申请延期"), _("要另一位主管批准，批准后告诉客户")),
    "approve_extension": (_("批准延期"), _("把理由和新的时限告诉客户")),
    "refuse_extension": (_("不批准延期"), ""),
    "note_forwarded": (_("登记人民银行转来"), _("从收到那天另算一个时限")),
    "note_accepted": (_("登记受理"), _("上级受理了这件事")),
    "note_request": (_("登记调取材料"), _("从收到那天另算一个时限")),
    "note_decision": (_("登记处理决定"), _("从收到那天另算一个时限，由本机构执行")),
    "note_reply": (_("登记收到的其他函件"), ""),
    "answer_request": (_("登记材料已交"), ""),
    "note_sent": (_("登记发出"), ""),
    "issue_file": (_("出具案件材料"), ""),
    "settle_difference": (_("了结差异"), _("写明理由；差异变了会再出现")),
    "merge": (_("并案"), _("两件是同一回事时，后立的并入先立的")),
    "part": (_("分开"), _("各办各的，时限接着走")),
    "move_policy": (_("换成现行规则"), _("已经走过和停过的时间都算数")),
    "end_links": (_("作废客户的链接"), _("以前发出的链接都不能再用")),
    "escalate": (_("转到机构"), _("商户的时限停止，由支付机构接着办")),
    "resolve": (_("办结"), _("写给客户的话会一并发出")),
    "reject": (_("不予支持"), _("写明理由，会一并发给客户")),
    "withdraw": ("", ""),
    "continue_case": ("", ""),
    "take_file": ("", ""),
    "say_gone_up": ("", ""),
}
CONSUMER_LABELS: dict[str, tuple[Text, Text]] = {
    "reply": (_("补充说明"), _("写给商户和支付机构")),
    "escalate": (_("现在就请支付机构处理"), _("不等商户，由支付机构答复您")),
    "accept_slip": (_("有电子小票就够了"), _("这件事就办结，谢谢您")),
    "accept_offer": (_("接受"), _("这件事就办结")),
    "decline_offer": (_("不接受"), _("商户接着办")),
    "end_links": (_("让别处的链接作废"), _("手机丢了、链接发错了人时用；这台设备照常能看")),
    "take_file": (_("带走这件案件的材料"), _("各方都看过的往来、小票和时限，一份 PDF")),
    "say_gone_up": (_("我已经向上反映了"), _("告诉我们向谁、哪一天")),
    "withdraw": (_("撤回申请"), _("问题已解决时用；30 天内可重新提出")),
    "continue_case": (_("对结果不满意，继续处理"), _("由支付机构重新处理")),
}
NOTE_LABEL_OF_MERCHANT = _("只有本店的人能看到")
SECOND_PERSON = {"approve_extension", "refuse_extension"}
OF_A_PROPOSAL = {"approve_refund", "edit_refund", "withdraw_proposal"}
GIVEN_BY_THE_CUSTOMER = {"offer_accepted"}
CLOSED_OTHERWISE = {"withdrawn": _("已撤回"), "redone": _("退款后重新交易，两笔都已确认")}
TEXTS = {
    "reply",
    "ask_consumer",
    "offer_refund",
    "add_note",
    "resolve",
    "reject",
    "continue_case",
}


_current = Compiled(lambda: PolicyVersion.objects.order_by("-number")[:1])


def current_version() -> PolicyVersion:
    return _current.get()


_limits = Compiled(lambda: PolicyVersion.objects.order_by("-number").values_list("limits")[:1])


def current_limits() -> dict[str, dict]:
    """The clocks of the version in force, as it keeps them: what many pages say of new cases."""
    row = _limits.first()
    return json.loads(row[0]) if row else {}


_reasons = Compiled(lambda: PolicyVersion.objects.order_by("-number").values_list("reasons")[:1])


def asked_reasons() -> list[reasons.Entry]:
    """What a customer may say is wrong with a charge, by the version in force."""
    return [
        each
        for each in reasons.entries(_current_reasons(), reasons.ASKED, KINDS)
        if not each.retired
    ]


def _current_reasons() -> dict:
    row = _reasons.first()
    return json.loads(row[0]) if row else {}


_own: dict[str, tuple[float, dict[str, str]]] = {}  # by language; a page of rows asks once
ASK_AGAIN_AFTER = 60  # seconds


def own_reason(code: str) -> str:
    """The words of a reason that the institution has added; the code itself where nobody did."""
    language = get_language() or ""
    at, words = _own.get(language, (0.0, {}))
    if code not in words or time.monotonic() - at > ASK_AGAIN_AFTER:
        found = reasons.entries(_current_reasons(), reasons.ASKED, KINDS)
        words = {each.code: str(each.label) for each in found}
        _own[language] = (time.monotonic(), words)
    return words.get(code, code)


def reason_label(case) -> Text:
    """What the customer said is wrong, in words; "" where nothing was asked."""
    found = reasons.entries(case.policy.reasons, reasons.ASKED, KINDS) if case.reason else ()
    return next((each.label for each in found if each.code == case.reason), "")


def of(case) -> KindPolicy:
    return KINDS[case.kind]


def steps_of(kind: str) -> tuple[Step, ...]:
    return (*KINDS[kind].extra_steps, *STEPS)


def find_step(case, role: str, verb: str, audience: str | None = None) -> Step | None:
    return next(
        (
            step
            for step in steps_of(case.kind)
            if step.verb == verb and step.matches(case, role, audience) and in_time(case, step)
        ),
        None,
    )


def ever_allowed(case, role: str, verb: str) -> bool:
    """Whether that role has this verb at all, in whatever state."""
    return any(step.verb == verb and role in step.who for step in steps_of(case.kind))


def in_time(case, step: Step, now: datetime | None = None) -> bool:
    end = continue_until(case) if step.within_days is not None else None
    return end is None or (now or moment.now()) <= end


def continue_until(case) -> datetime | None:
    """Until when a closed case may be taken up again; None while it is open."""
    days = [s.within_days for s in steps_of(case.kind) if s.within_days is not None]
    if case.closed_at is None or not days:
        return None
    return case.closed_at + timedelta(days=max(days))


def allowed(case, actor) -> list[Verb]:
    """What `actor` may do with `case` now, most natural first; nothing once its words are gone."""
    role = "" if case.erased_at else role_in(case, actor)
    return [
        _verb(case, role, name)
        for name in ORDER
        if role and find_step(case, role, name) is not None and not is_own(case, actor, name)
    ]


def is_own(case, actor, verb: str) -> bool:
    """Whether `actor` would be their own second person, or touch a proposal of somebody above."""
    if verb in OF_A_PROPOSAL:
        return proposals.is_barred(case, actor, verb)
    asked_by = case.extension_by if verb in SECOND_PERSON else None
    return asked_by is not None and actor.is_one_with(asked_by)


def _verb(case, role: str, name: str) -> Verb:
    label, explanation = (CONSUMER_LABELS if role == CONSUMER else LABELS)[name]
    if role == CONSUMER and name == "reply" and not merchant_reads(case):
        explanation = _("写给支付机构")
    if name == "add_note" and role in {"clerk", "manager"}:
        explanation = NOTE_LABEL_OF_MERCHANT
    return Verb(
        name=name,
        label=label,
        explanation=explanation,
        needs_text=name in TEXTS,
        audiences=audiences(case, role) if name == "reply" else (),
        closing_reasons=closing_reasons(case, name),
    )


def merchant_reads(case) -> bool:
    """Whether a merchant takes part in the case that has not been closed since."""
    return case.organisation is not None and case.organisation.is_active


def audiences(case, role: str) -> tuple[str, ...]:
    """To whom a reply may be addressed. A customer always writes to all; "merchant" makes sense
    only where one takes part.
    """
    if role == CONSUMER or not merchant_reads(case):
        return (Audience.ALL.value,)
    return (Audience.ALL.value, Audience.MERCHANT.value)


def closing_label(case) -> Text:
    """The result in words; "" while the case is open."""
    if not case.closing_reason or case.closing_reason in CLOSED_OTHERWISE:
        return CLOSED_OTHERWISE.get(case.closing_reason, "")
    lists = (f"{case.kind}.{reasons.RESOLVE}", f"{case.kind}.{reasons.REJECT}")
    found = [each for name in lists for each in reasons.entries(case.policy.reasons, name, KINDS)]
    # One that stands in both lists ("other") is worded by the outcome.
    if case.status == Status.REJECTED:
        found.reverse()
    return next((each.label for each in found if each.code == case.closing_reason), "")


def closing_reasons(case, verb: str) -> tuple:
    """Those that somebody may choose for `case`; one that a step of the customer's gives is none
    of them."""
    if verb not in {reasons.RESOLVE, reasons.REJECT}:
        return ()
    return tuple(
        (each.code, each.label)
        for each in reasons.entries(case.policy.reasons, f"{case.kind}.{verb}", KINDS)
        if not each.retired and each.code not in GIVEN_BY_THE_CUSTOMER
    )


def first_stage(kind: str, reason: str, merchant_takes_part: bool) -> Stage:
    """Where a new case begins: at the merchant only if somebody there can answer."""
    return Stage(KINDS[kind].begins_at(reason)) if merchant_takes_part else Stage.INSTITUTION


OPENING = {
    Stage.MERCHANT: Opening(
        says="received_by_merchant",
        tells=(Notice("consumer", "received"), Notice("merchant", "opened")),
    ),
    Stage.INSTITUTION: Opening(
        says="received_by_institution",
        tells=(Notice("consumer", "received"), Notice("merchant", "opened_at_institution")),
    ),
}

STAGE_CLOCKS = {
    Stage.MERCHANT: (limits.FIRST_REPLY, limits.SETTLES),
    Stage.INSTITUTION: (limits.ANSWER,),
    Stage.UPWARD: (),
}
FIRST_REPLY = limits.FIRST_REPLY
# A clock of the merchant that runs out hands the case to the institution by itself.
ESCALATING = (limits.FIRST_REPLY, limits.SETTLES)


def stage_clocks(stage: str) -> tuple[str, ...]:
    return STAGE_CLOCKS[Stage(stage)]


def event_of(kind: str, verb: str) -> str:
    """The event that a verb writes, where it is always the same."""
    return next(step.event for step in steps_of(kind) if step.verb == verb)


def ends_as(kind: str, verb: str) -> set[str]:
    """The statuses in which a verb leaves a case."""
    return {step.to_status for step in steps_of(kind) if step.verb == verb and step.to_status}


def status_after_pause(first_reply_is_due: bool) -> Status:
    """Where nobody of the merchant has answered yet, that is still what everybody waits for."""
    return Status.NEW if first_reply_is_due else Status.WORKING


def is_escalated(case) -> bool:
    """Whether no step leads from the case's stage further to the institution."""
    return all(
        case.stage not in step.stages for step in steps_of(case.kind) if step.verb == "escalate"
    )


def swept() -> Q:
    """The cases on which the system may act by itself when a clock has run out."""
    rows = [step for step in STEPS if SYSTEM in step.who]
    found = Q(pk__in=[])
    for step in rows:
        found |= Q(stage__in=step.stages, status__in=step.statuses)
    return found


def opening_clocks(kind: str, stage: str, payment) -> tuple[str, ...]:
    slip = (limits.SLIP,) if KINDS[kind].slip_clock and payment is not None else ()
    return (*slip, *stage_clocks(stage))


__all__ = ["KINDS", "Kind", "Verb", "allowed", "closing_reasons", "find_step"]
