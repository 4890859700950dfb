"""Saying kindly why something is no longer possible: what happened to the case meanwhile."""

from django.utils import timezone
from django.utils.translation import gettext as _

from disputes import policy
from disputes.models.case import Stage, Status
from disputes.policy.table import CONSUMER


def explain(row, role: str, verb: str) -> str:
    if not row.is_open:
        return _closed(row, role)
    if verb == "escalate" and row.stage != Stage.MERCHANT:
        return _("这件事已经在支付机构处理。")
    if verb == "continue_case":
        return _("这件事还在处理，直接补充说明就可以。")
    if row.stage != Stage.MERCHANT:
        return _("这件事已转给支付机构，由支付机构办理；您仍可以回复。")
    return _("案件的状态刚刚变了，请刷新后再看。")


def _closed(row, role: str) -> str:
    values = {"when": _when(row.closed_at), "until": _when(policy.continue_until(row))}
    if row.status == Status.WITHDRAWN:
        text = _("这件事已在 %(when)s 撤回。") % values
    else:
        text = _("这件事已在 %(when)s 办结。") % values
    if role != CONSUMER:
        return text
    if policy.find_step(row, role, "continue_case"):
        return text + _("还没解决？%(until)s 前可以要求继续处理。") % values
    return text + _("继续处理的 30 天已过，可以重新提出一件。")


def already_used() -> str:
    return _("这份内容已经发送过。请刷新页面再写。")


def _when(moment) -> str:
    local = timezone.localtime(moment)
    return _("%(month)s月%(day)s日 %(clock)s") % {
        "month": local.month,
        "day": local.day,
        "clock": f"{local:%H:%M}",
    }


def no_such_audience() -> str:
    return _("请选择这段话给谁看。")
