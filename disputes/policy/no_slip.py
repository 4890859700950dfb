"""没打出小票: the card was charged, no slip came out."""

from django.utils.translation import gettext_lazy as _

from disputes.models.case import Kind, Stage
from disputes.policy.refunding import FINISH_REDO
from disputes.policy.steps import COMES_AFTER_ALL
from disputes.policy.table import KindPolicy

POLICY = KindPolicy(
    kind=Kind.NO_SLIP,
    begins_at=lambda reason: Stage.MERCHANT,
    why="The shop holds the terminal and can reprint; the e-receipt is there meanwhile.",
    slip_clock=True,
    says_no_slip=True,
    matched="slip_issued",
    resolved=(
        ("slip_issued", _("已给到小票")),
        ("explained", _("已说明清楚")),
        ("other", _("其他")),
    ),
    rejected=(
        ("payment_unknown", _("没有这笔消费")),
        ("payment_failed", _("消费没有成功，没有小票")),
        ("duplicate", _("与另一案件重复")),
        ("other", _("其他")),
    ),
    extra_steps=(COMES_AFTER_ALL, FINISH_REDO),
)
