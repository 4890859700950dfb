"""The sections about money that goes back: refunds, the book of all of it, network disputes."""

from __future__ import annotations

from django.template.defaultfilters import capfirst
from django.utils.translation import gettext as _

from disputes.casefile.contents import Section, Source, Table, exact, register
from disputes.models import CaseFile, MoneyBack, Refund
from disputes.models.network import NetworkDispute
from disputes.network import money_effects
from disputes.policy import network as network_policy
from disputes.refunds import words
from portal import money


def back(source: Source) -> Section | None:
    """None where nobody has proposed anything and nothing went back."""
    tables = [table for table in (_refunds(source), _book(source)) if table]
    if not tables:
        return None
    return Section(_("退回的钱"), tables=tables)


def _refunds(source: Source) -> Table | None:
    found = Refund.objects.filter(case=source.case)
    if source.file.scope == CaseFile.Scope.SHARED:
        found = found.filter(dispute=None)
    rows = [
        (
            each.number,
            money.text(each.amount_minor, each.currency),
            f"{each.get_kind_display()}{_('，')}{each.get_state_display()}",
            exact(each.proposed_at),
            exact(each.approved_at),
            exact(each.executed_at),
            each.reference or "–",
        )
        for each in found.order_by("pk")
        # The customer's own file tells what their page does: nothing before it is promised.
        if not source.file.is_customers or Refund.State(each.state) in words.CONSUMER
    ]
    head = (
        _("退款编号"),
        _("金额"),
        _("状态"),
        _("提出"),
        _("第二人批准"),
        _("执行"),
        _("收单机构的编号"),
    )
    return Table(head, rows, (16, 12, 18, 13, 13, 13, 15), _("退款"), small=True) if rows else None


def _book(source: Source) -> Table | None:
    """Of the payment as a whole: what counts against what was captured."""
    if source.case.payment is None:
        return None
    found = list(MoneyBack.objects.filter(payment=source.case.payment).order_by("pk"))
    if not found:
        return None
    currency = source.case.payment.currency
    rows = [
        (
            capfirst(each.called),
            money.text(each.amount_minor, currency),
            each.get_state_display(),
            exact(each.reserved_at),
            exact(each.changed_at),
        )
        for each in found
    ]
    counts = sum(each.amount_minor for each in found if each.state != MoneyBack.State.RELEASED)
    foot = _("算数的合计 %(sum)s，收款 %(paid)s。") % {
        "sum": money.text(counts, currency),
        "paid": money.text(source.case.payment.amount_minor, currency),
    }
    head = (_("哪一种"), _("金额"), _("状态"), _("从"), _("最近变化"))
    return Table(head, rows, (20, 20, 20, 20, 20), _("这笔交易退回的账"), foot)


def network(source: Source) -> Section | None:
    """The track with the card network, where the payment has one; not for a circle in which the
    customer is, who has not read it."""
    if source.case.payment is None or source.file.scope == CaseFile.Scope.SHARED:
        return None
    track = NetworkDispute.objects.filter(payment=source.case.payment, case__locked_at=None).first()
    if track is None:
        return None
    rows = [
        (
            exact(step.at),
            _named(step.code),
            money.text(step.amount_minor, track.currency) if step.amount_minor else "–",
            " ".join(filter(None, (step.reason_code, step.network_ref))) or "–",
            step.text or "–",
            exact(step.due_at),
        )
        for step in track.steps.order_by("pk")
    ]
    head = (_("时间"), _("什么"), _("金额"), _("原因码和编号"), _("内容"), _("最迟"))
    return Section(
        _("和卡组织的往来"),
        facts=[
            (_("状态"), track.get_state_display()),
            (_("卡"), track.get_card_kind_display()),
            *_lost(track),
        ],
        tables=[Table(head, rows, (16, 17, 12, 18, 21, 16), small=True)] if rows else [],
    )


def _lost(track: NetworkDispute) -> list[tuple[str, str]]:
    """What we bear of a chargeback, and what of it had gone back another way besides."""
    if not track.lost_minor:
        return []
    told = money.text(track.lost_minor, track.currency)
    if twice := max(track.lost_minor - money_effects.borne_minor(track), 0):
        more = _("其中 %(amount)s 另外已经退给持卡人，账上只记没退过的")
        told += _("，") + more % {"amount": money.text(twice, track.currency)}
    return [(_("我们承担"), told)]


def _named(code: str) -> str:
    step = network_policy.STEPS.get(code)
    return f"{code} {step.name}" if step else code


def register_all() -> None:
    register(70, back)
    register(75, network)
