"""The money page: what waits for whom, what files have not told, by day, and as a file."""

import re
from datetime import date

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from disputes import actions
from disputes.desk import money_rows
from disputes.desk.deeds import refusal
from disputes.models import Case, MoneyBack, Refund
from disputes.refunds import words
from portal import audit, sheets
from portal.accounts.access import CASE_READERS, role_required
from portal.accounts.models import Role
from portal.audit import reading


@require_safe
@role_required(*CASE_READERS)
def money(request):
    return _page(request)


def _page(request, errors: dict | None = None):
    reading.note(request.actor, "list:refunds", what=reading.What.LISTED)
    context = {
        "groups": money_rows.groups(request.actor),
        "settled": money_rows.settled(request.actor),
        "days": money_rows.days(request.actor),
        "may_settle": request.actor.role == Role.SUPERVISOR,
        "errors": errors or {},
        "form": request.POST if errors else {},
    }
    return render(request, "disputes/desk/money.html", context, status=422 if errors else 200)


@require_POST
@role_required(Role.SUPERVISOR)
def settle(request):
    """A difference between a file and our book was looked into."""
    form = request.POST
    case = get_object_or_404(
        Case.objects.visible_to(request.actor), number=form.get("case", "")[:20]
    )
    amount = form.get("amount_minor", "")
    try:
        actions.settle_difference(
            case,
            actor=request.actor,
            key=form.get("key", ""),
            why=form.get("why", ""),
            amount_minor=int(amount) if re.fullmatch(r"[0-9]{1,15}", amount) else 0,
            reason=form.get("settle_why", ""),
        )
    except actions.Refused as error:
        return _page(request, refusal(request, error))
    messages.success(request, _("已了结，理由记进了审计记录。差异变了会再出现。"))
    return redirect("desk:money")


@require_safe
@role_required(*CASE_READERS)
def export(request):
    """`?day=2026-11-23` for what something happened to that day; without, everything."""
    now = timezone.now()
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = None
    with transaction.atomic():
        audit.record(
            "list:refunds",
            "refunds.exported",
            actor=request.actor,
            after={"day": day.isoformat() if day else ""},
        )
    by = f"{request.user.get_username()} {timezone.localtime(now):%Y-%m-%d %H:%M}"
    rows = (_row(each, by) for each in money_rows.everything(request.actor, day))
    name = f"money-{(day or timezone.localdate(now)):%Y%m%d}.csv"
    return sheets.response(name, _head(), rows)


def _head() -> list:
    return [
        *(_("案件"), _("退款编号"), _("方式"), _("金额（元）"), _("币种"), _("状态"), _("提出人")),
        *(_("提出时间"), _("批准人"), _("批准时间"), _("执行"), _("参考号"), _("执行时间")),
        *(_("应到账"), _("确认时间"), _("结束时间"), _("原因"), _("导出")),
    ]


def _row(each: Refund | MoneyBack, by: str) -> list:
    amount = sheets.Number(sheets.yuan(each.amount_minor))
    if isinstance(each, MoneyBack):
        currency, state = each.payment.currency, each.get_state_display()
        first = [each.case.number, each.key, each.called, amount, currency, state]
        return [*first, "", each.reserved_at, "", "", "", "", "", "", "", each.changed_at, "", by]
    return [
        each.case.number,
        each.number,
        each.get_kind_display(),
        amount,
        each.currency,
        words.state(each, words.STAFF),
        each.proposed_by.name,
        each.proposed_at,
        each.approved_by.name if each.approved_by else "",
        each.approved_at,
        each.get_gateway_display(),
        each.reference,
        each.executed_at,
        each.due_on.isoformat() if each.due_on else "",
        each.confirmed_at,
        each.ended_at,
        words.why(each) or words.not_done(each) or each.error,
        by,
    ]
