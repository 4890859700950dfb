"""The page about look-ups, and the one on which a supervisor says how wary they are to be."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portal import card_numbers
from portal.accounts.access import FILE_READERS, role_required
from portal.accounts.errors import Invalid
from portal.accounts.models import Role
from portal.gate import posture
from portal.gate.models import Posture
from receipts.panel import lookups

LONGEST_REASON = 300
MODES = {
    Posture.Mode.RAISED: gettext_lazy("每位顾客都要多填一项，查询前的计算也更费力。"),
    Posture.Mode.LIFTED: gettext_lazy(
        "失败再多也不进入防护模式；每个尾号、金额、地址各自的限制照旧。"
    ),
    Posture.Mode.AUTO: gettext_lazy("失败次数远多于平常时进入防护模式，半小时没有新高峰就结束。"),
}
HOURS = (1, 2, 4, 8, 24)


@require_safe
@role_required(*FILE_READERS)
def look_ups(request):
    """`?days=28` for four weeks; without it the last 24 hours."""
    days = lookups.DAYS if request.GET.get("days") == str(lookups.DAYS) else 1
    context = {
        "overview": lookups.overview(days),
        "may_set": request.actor.role == Role.SUPERVISOR,
    }
    return render(request, "receipts/panel/lookups.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.SUPERVISOR)
def step_up(request):
    typed = {name: request.POST.get(name, "")[:1000].strip() for name in ("mode", "hours")}
    reason = request.POST.get("reason", "")[:5000].strip()
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _mistakes(typed["mode"], typed["hours"], reason)
        if not errors:
            try:
                posture.set_mode(
                    typed["mode"],
                    timedelta(hours=int(typed["hours"])),
                    actor=request.actor,
                    reason=reason,
                )
            except Invalid as invalid:
                errors = {invalid.field: invalid.message}
            else:
                messages.success(request, _("已设置。大家都看得到是谁、为什么。"))
                return redirect("panel:lookups")
    if card_numbers.holds_one(reason):
        reason = ""
    context = {
        "standing": lookups.standing(timezone.now()),
        "modes": [(mode.value, mode.label, text) for mode, text in MODES.items()],
        "chosen": typed["mode"] or Posture.Mode.RAISED,
        "hours": [(str(n), _hours(n)) for n in HOURS],
        "chosen_hours": typed["hours"] or "2",
        "reason": reason,
        "errors": errors,
    }
    return render(request, "receipts/panel/step_up.html", context)


def _hours(number: int) -> str:
    return _("{n} 小时").format(n=number) if number > 1 else _("1 小时")


def _mistakes(mode: str, hours: str, reason: str) -> dict[str, str]:
    errors = {}
    if mode not in Posture.Mode:
        errors["mode"] = _("请选一种")
    if hours not in map(str, HOURS):
        errors["hours"] = _("请选多久")
    if not reason:
        errors["reason"] = _("请写明原因")
    elif card_numbers.holds_one(reason):
        errors["reason"] = _("这里像有一个卡号，我们没有保存。请只写原因。")
    elif len(reason) > LONGEST_REASON:
        errors["reason"] = _("最多 300 个字")
    return errors
