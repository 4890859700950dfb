"""The year on the desk: the disclosure table and the complaint register, as pages that print and as
files. Figures name nobody; the register shows what the queue shows, and no contact."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from disputes.year import figures
from disputes.year import register as books
from disputes.year.figures import SERVICE, TRANSACTION, Counts, Year, per_cent
from portal import audit, sheets
from portal.accounts.access import CASE_READERS, role_required
from portal.audit import reading


@dataclass(frozen=True)
class Line:
    """One row of the table: what it is, its number, its share, and what both mean. `of` and `part`
    lead to the cases behind it; empty where there are none to list."""

    name: str
    number: int
    share: str
    means: str
    of: str = ""
    part: str = ""
    is_part: bool = False


@require_safe
@role_required(*CASE_READERS)
def this_year(request):
    return redirect("desk:year", timezone.localdate().year)


@require_safe
@role_required(*CASE_READERS)
def table(request, year: int):
    found = _year(year)
    context = {
        "found": found,
        "lines": lines(found),
        "years": figures.years(),
        "due": due_day(year),
        "now": timezone.now(),
    }
    return render(request, "disputes/year/table.html", context)


@require_safe
@role_required(*CASE_READERS)
def table_csv(request, year: int):
    found, now = _year(year), timezone.now()
    head = [_("年度"), _("项目"), _("件数"), _("占比"), _("口径"), _("说明")]
    head += [_("导出人"), _("导出时间")]
    by = request.user.get_username()
    rows = [
        [year, line.name, line.number, line.share, line.means, _remark(found), by, now]
        for line in lines(found)
    ]
    return sheets.response(f"disclosure-{year}.csv", head, rows)


@require_safe
@role_required(*CASE_READERS)
def register(request, year: int):
    """`?of=&part=`: the cases behind one figure; without, all complaints of the year."""
    cases, of, part = _cases(request, year)
    reading.note(request.actor, f"list:year-{year}", what=reading.What.LISTED)
    found = books.page(cases, request.actor, _number(request.GET.get("after", "")))
    context = {
        "year": year,
        "of": of,
        "part": part,
        "title": _title(of, part),
        "rows": [
            (case, books.class_word(case), books.came_by(case), books.outcome(case))
            for case in found.cases
        ],
        "page": found,
        "now": timezone.now(),
    }
    return render(request, "disputes/year/register.html", context)


@require_safe
@role_required(*CASE_READERS)
def register_csv(request, year: int):
    cases, of, part = _cases(request, year)
    now, actor = timezone.now(), request.actor
    _note(request, year, of, part)
    rows = (books.row(case, actor, now) for case in books.in_pieces(cases, actor))
    return sheets.response(f"complaints-{year}.csv", books.head(), rows)


def _year(year: int) -> Year:
    _check(year)
    return figures.of(year)


def _check(year: int) -> None:
    if not figures.FIRST_YEAR <= year <= timezone.localdate().year:
        raise Http404


def _cases(request, year: int):
    _check(year)
    of, part = request.GET.get("of", ""), request.GET.get("part", "all")
    try:
        return books.wanted(year, of, part), of, part
    except KeyError:
        raise Http404 from None


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else 0


def due_day(year: int) -> date:
    """Until when the table of a year is to be published: a day of the next (DISCLOSE_BY)."""
    month, day = settings.DISCLOSE_BY
    return date(year + 1, month, min(day, monthrange(year + 1, month)[1]))


def _title(of: str, part: str) -> str | Promise:
    if not of:
        return _("投诉登记簿")
    name = {
        TRANSACTION: _("交易类投诉"),
        SERVICE: _("服务类投诉"),
        "requests": _("不算投诉的请求"),
        "merged": _("并入别的案件的"),
    }[of]
    return name if part == "all" else f"{name}{_('：')}{part_names()[part]}"


def part_names() -> dict[str, str]:
    return {
        "handled": _("已办结"),
        "in_one": _("1 个工作日内办结"),
        "in_three": _("1 至 3 个工作日办结"),
        "later": _("3 个工作日以后办结"),
        "open": _("还没办结"),
    }


def lines(found: Year) -> list[Line]:
    parts = []
    for of in (TRANSACTION, SERVICE):
        parts += [_first(found, of), *_parts(of, found.classes[of])]
    return [
        *parts,
        Line(
            _("不算投诉的请求"),
            found.requests,
            "",
            _("请人工查找消费的，没有投诉什么，不计入。"),
            "requests",
            "all",
        ),
        Line(
            _("并入别的案件的"),
            found.merged,
            "",
            _("同一回事立了两件，只算先立的那件。"),
            "merged",
            "all",
        ),
        Line(
            _("这一年的交易"),
            found.payments,
            "",
            _("年内发生的交易笔数，未成功的不算；退款和撤销不另算。"),
        ),
    ]


def _first(found: Year, of: str) -> Line:
    counts = found.classes[of]
    if of == TRANSACTION:
        share = _("%(bp)s BP") % {"bp": found.share} if found.share else ""
        means = _(
            "没打出小票、申请退款、交易异议，年内立案的。占比是投诉件数除以交易笔数，"
            "单位 BP，即每一万笔交易里有几件。"
        )
        return Line(_("交易类投诉"), counts.all, share, means, of, "all")
    means = _("对服务的投诉，年内立案的。")
    return Line(_("服务类投诉"), counts.all, "", means, of, "all")


def _parts(of: str, counts: Counts) -> list[Line]:
    numbers = {
        "handled": counts.handled,
        "in_one": counts.in_one,
        "in_three": counts.in_three,
        "later": counts.later,
        "open": counts.open,
    }
    means = {
        "handled": _("现在是办结的：已解决、未支持、客户撤回。占这一类全部件数。"),
        "in_one": _("从立案到最后一次办结，立案那天不算，不超过 1 个工作日。占全部件数。"),
        "in_three": _("超过 1 个、不超过 3 个工作日。占全部件数。"),
        "later": _("超过 3 个工作日。占全部件数。"),
        "open": _("现在还没有办结，包括办结后又要求继续的。占全部件数。"),
    }
    return [
        Line(
            part_names()[part],
            number,
            f"{shown}%" if (shown := per_cent(number, counts.all)) else "",
            means[part],
            of,
            part,
            is_part=True,
        )
        for part, number in numbers.items()
    ]


def _remark(found: Year) -> str:
    remarks = []
    if not found.complete:
        remarks.append(_("这一年还没有过完"))
    if found.provisional:
        remarks.append(_("工作日暂按法定节假日，放假通知来了会重新算"))
    if found.uncounted:
        remarks.append(_("有 %(n)d 件的工作日还在算") % {"n": found.uncounted})
    return _("；").join(remarks)


@transaction.atomic
def _note(request, year: int, of: str, part: str) -> None:
    """That somebody took the register with them: a reading of the list, an event of the account."""
    reading.note(request.actor, f"list:year-{year}", what=reading.What.DOWNLOADED)
    after = {"what": "register", "narrowed": f"{year} {of} {part}"[:200]}
    subject = request.actor.id.replace("user:", "account:")
    audit.record(subject, "cases.exported", actor=request.actor, after=after)
