"""The sections about the matter itself: parties, payment, slips, decisions, the register."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from disputes import policy
from disputes.casefile.contents import Section, Source, Table, exact, register
from disputes.models import Extension, Offer
from disputes.policy.limits import LABELS, Limit
from portal import money
from portal.erasure.models import Item
from portal.viewing import masking
from receipts.guest.payment import shop_name
from receipts.templatetags.payments import tail


def parties(source: Source) -> Section:
    case = source.case
    merchant = case.merchant
    facts = [
        (_("支付机构"), source.institution),
        (_("商户"), _merchant(source)),
    ]
    if merchant:
        facts.append((_("商户编号"), merchant.merchant_no))
    facts.append((_("客户"), _customer(source)))
    if case.payment and (paid_by := tail(case.payment)):
        label = _("付款的单号") if case.payment.is_by_code else _("付款的卡")
        facts.append((label, paid_by))
    return Section(_("当事各方"), facts=facts, lead=_erased(source))


def _merchant(source: Source) -> str:
    case = source.case
    if case.payment:
        return shop_name(case.payment)
    return case.merchant.name if case.merchant else case.claimed_merchant or _("没有对应的商户")


def _customer(source: Source) -> str:
    if source.case.erased_at:
        return _("联系方式已依法删除")
    kind = source.case.get_contact_kind_display()
    return _("%(kind)s %(contact)s（按规定遮盖）") % {
        "kind": kind,
        "contact": masking.contact(source.case.contact),
    }


def _erased(source: Source) -> str:
    """That the customer's data are gone, when, and on what ground."""
    if not source.case.erased_at:
        return ""
    item = Item.objects.filter(subject=source.case.subject, state=Item.State.ERASED).last()
    values = {
        "when": exact(source.case.erased_at),
        "ground": item.get_ground_display() if item else _("保存期满"),
    }
    return (
        _(
            "这位客户的联系方式、往来内容和附件已于 %(when)s 删除，"
            "依据《个人信息保护法》第四十七条：%(ground)s。"
            "案件号、类型、经过的时间和审计记录仍在，下面照实印出。"
        )
        % values
    )


def payment(source: Source) -> Section:
    case, paid = source.case, source.case.payment
    asked = (
        [(_("客户要求退回"), money.text(case.requested_minor, "CNY"))]
        if case.requested_minor
        else []
    )
    if paid is None:
        facts = [
            (_("客户记得的尾号"), case.claimed_tail or "–"),
            (
                _("客户记得的金额"),
                money.text(case.claimed_minor, "CNY") if case.claimed_minor else "–",
            ),
            (_("客户记得的时间"), exact(case.claimed_at)),
        ]
        return Section(_("这笔交易"), facts=facts + asked, lead=_("案件没有对应的消费。"))
    facts = [
        (_("金额"), money.text(paid.amount_minor, paid.currency)),
        (_("类型"), paid.get_kind_display()),
        (_("交易时间"), exact(paid.occurred_at)),
        (_("状态"), paid.get_status_display()),
        (_("结算日"), paid.settled_on.isoformat() if paid.settled_on else "–"),
        (_("终端编号"), paid.terminal.terminal_no if paid.terminal else "–"),
        (_("批次 / 凭证"), f"{paid.batch_no or '–'} / {paid.voucher_no or '–'}"),
        (_("参考号"), paid.rrn or "–"),
        (_("授权码"), paid.auth_code or "–"),
        (_("发卡行"), paid.issuer_name or "–"),
        (_("已退"), money.text(paid.refunded_minor, paid.currency)),
        (_("可退"), money.text(paid.refundable_minor, paid.currency)),
    ]
    rows = [
        (
            exact(each.occurred_at),
            each.get_kind_display(),
            money.text(each.amount_minor, paid.currency),
            each.rrn or "–",
        )
        for each in paid.reversals.order_by("occurred_at", "pk")
    ]
    head = (_("时间"), _("类型"), _("金额"), _("参考号"))
    tables = [Table(head, rows, (30, 22, 22, 26), _("撤销和退款"))] if rows else []
    return Section(_("这笔交易"), facts=facts + asked, tables=tables)


def slips(source: Source) -> Section | None:
    paid = source.case.payment
    if paid is None:
        return None
    rows = [
        (
            str(issue.number),
            exact(issue.issued_at),
            f"{issue.get_form_display()} {issue.get_copy_display()}",
            _("是") if issue.duplicate else _("否"),
            issue.code or "–",
            issue.sha256,
        )
        for issue in paid.slip_issues.order_by("number")
    ]
    head = (_("次"), pgettext("when", "出具"), _("形式"), _("重打"), _("核验码"), "SHA-256")
    printed = paid.get_slip_printed_display()
    cause = f"{_('，')}{paid.get_slip_cause_display()}" if paid.slip_cause else ""
    return Section(
        pgettext("one slip", "小票"),
        facts=[(_("终端打印"), f"{printed}{cause}")],
        tables=[Table(head, rows, (5, 18, 20, 7, 16, 34), small=True)] if rows else [],
        empty="" if rows else _("没有开过电子小票。"),
    )


def decisions(source: Source) -> Section:
    """What was decided about the matter, and what was agreed."""
    case = source.case
    facts = [(_("阶段"), case.get_stage_display()), (_("状态"), case.get_status_display())]
    if not case.is_open:
        facts.append((pgettext("when", "办结"), exact(case.closed_at)))
        facts.append((_("结果"), str(policy.closing_label(case)) or case.get_status_display()))
    if case.agreed_minor:
        facts.append((_("同意退回"), money.text(case.agreed_minor, "CNY")))
    if case.continued:
        facts.append((_("客户不满意，要求继续"), _("%(n)d 次") % {"n": case.continued}))
    tables = [table for table in (_offers(source), _longer(source)) if table]
    return Section(_("处理和决定"), facts=facts, tables=tables)


def _offers(source: Source) -> Table | None:
    rows = [
        (
            exact(each.message.created_at),
            money.text(each.amount_minor, "CNY"),
            each.get_answer_display(),
        )
        for each in Offer.objects.filter(case=source.case).select_related("message").order_by("pk")
    ]
    head = (_("时间"), _("金额"), _("客户的答复"))
    return Table(head, rows, (34, 33, 33), _("商户提出的退款")) if rows else None


def _longer(source: Source) -> Table | None:
    rows = [
        (
            exact(each.asked_at),
            f"{LABELS[each.clock]}{_('，')}{Limit.read(each.limit).words}",
            each.reason or "–",
            f"{each.get_answer_display()} {exact(each.answered_at)}",
        )
        for each in Extension.objects.filter(case=source.case).order_by("pk")
    ]
    head = (_("申请"), _("延到"), _("理由"), _("第二人"))
    return Table(head, rows, (20, 26, 30, 24), _("延期")) if rows else None


def written(source: Source) -> Section:
    """The register of what went up and what came."""
    rows = [
        (
            str(entry.number),
            entry.on.isoformat(),
            f"{entry.get_direction_display()} {entry.get_what_display()}",
            entry.get_party_display(),
            entry.get_way_display() or "–",
            " ".join(filter(None, (entry.reference, entry.note, *_beside(entry)))),
        )
        for entry in source.case.upward.select_related("answers", "file").order_by("on", "id")
    ]
    head = (_("号"), _("日期"), _("什么"), _("对方"), _("方式"), _("文号和说明"))
    return Section(
        _("和上级的往来"),
        tables=[Table(head, rows, (5, 13, 17, 22, 12, 31))] if rows else [],
        empty="" if rows else _("到出具时没有登记过。"),
    )


def _beside(entry) -> Iterator[str]:
    if entry.file:
        yield _("材料第 %(n)d 份") % {"n": entry.file.number}
    if entry.answers:
        yield _("回应第 %(n)d 号") % {"n": entry.answers.number}
    if entry.due_on:
        yield _("来文写明的期限 %(day)s") % {"day": entry.due_on.isoformat()}


def register_all() -> None:
    for place, build in ((10, parties), (20, payment), (30, slips), (60, decisions), (80, written)):
        register(place, build)
