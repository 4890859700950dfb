"""The complaint register of one year: the cases behind a figure, page by page or as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from disputes import policy
from disputes.desk.rows import amount_of, merchant_of
from disputes.models import Case
from disputes.year import figures
from portal import sheets
from portal.accounts.actor import Actor

PAGE = 100
AT_ONCE = 500


@dataclass(frozen=True)
class Page:
    cases: list[Case]
    after: int  # where the next page begins; 0: this is the last
    hidden: int  # behind the figure, and locked: counted, shown to nobody


def wanted(year: int, of: str, part: str) -> QuerySet[Case]:
    """All complaints of the year, or those behind one figure. Raises KeyError."""
    cases = figures.in_year(year)
    if not of:
        kinds = [kind for each in figures.CLASSES for kind in figures.kinds_of(each)]
        return cases.filter(kind__in=kinds)
    return cases.filter(figures.condition(of, part or "all"))


def page(cases: QuerySet[Case], actor: Actor, after: int) -> Page:
    seen = cases.visible_to(actor).filter(pk__gt=after).order_by("pk")  # type: ignore[attr-defined]
    some = list(seen.select_related("merchant", "payment", "merged_into", "policy")[: PAGE + 1])
    more = len(some) > PAGE
    hidden = 0 if after else cases.filter(locked_at__isnull=False).count()
    return Page(some[:PAGE], some[PAGE - 1].pk if more else 0, hidden)


def in_pieces(cases: QuerySet[Case], actor: Actor) -> Iterator[Case]:
    last = 0
    seen = cases.visible_to(actor).select_related("merchant", "payment", "merged_into", "policy")  # type: ignore[attr-defined]
    while some := list(seen.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield from some
        last = some[-1].pk


def class_word(case: Case) -> str:
    return {
        figures.TRANSACTION: _("交易类"),
        figures.SERVICE: _("服务类"),
    }.get(policy.KINDS[case.kind].complaint, _("请求"))


def came_by(case: Case) -> str:
    return _("人民银行转来") if case.forwarded_on else _("客户在线提交")


def outcome(case: Case) -> str:
    if case.merged_into:
        return _("并入 %(number)s") % {"number": case.merged_into.number}
    return "" if case.is_open else str(policy.closing_label(case)) or case.get_status_display()


def head() -> list[str]:
    return [
        _("案件号"),
        _("收到"),
        _("来源"),
        _("转办单编号"),
        _("类别"),
        _("类型"),
        _("原因"),
        _("商户"),
        _("金额（元）"),
        _("阶段"),
        _("状态"),
        _("结果"),
        pgettext("when", "办结"),
        _("工作日"),
        _("要求继续的次数"),
        _("导出人"),
        _("导出时间"),
    ]


def row(case: Case, actor: Actor, now: datetime) -> list:
    return [
        case.number,
        case.opened_at,
        came_by(case),
        case.forwarded_ref,
        class_word(case),
        case.get_kind_display(),
        case.reason_label if case.reason else "",
        merchant_of(case),
        sheets.Number(sheets.yuan(amount_of(case))),
        case.get_stage_display(),
        case.get_status_display(),
        outcome(case),
        case.closed_at,
        case.handled_days,
        case.continued,
        actor.user.get_username() if actor.user else "",
        now,
    ]
