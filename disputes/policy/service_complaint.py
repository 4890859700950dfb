"""服务投诉: how somebody was treated, by the shop or by the institution."""

from django.utils.translation import gettext_lazy as _

from disputes.models.case import Kind, Stage
from disputes.policy.refunding import FINISH_REDO
from disputes.policy.table import KindPolicy

POLICY = KindPolicy(
    kind=Kind.SERVICE_COMPLAINT,
    begins_at=lambda reason: Stage.INSTITUTION,
    why=(
        "Nobody should be the first judge of a complaint about himself, and the customer may not "
        "want the person complained about to read along: the institution takes it alone."
    ),
    merchant_takes_part=False,
    complaint="service",
    resolved=(
        ("apologised", _("已致歉")),
        ("process_improved", _("已改进")),
        ("explained", _("已说明清楚")),
        ("other", _("其他")),
    ),
    rejected=(
        ("not_confirmed", _("核实后未发现问题")),
        ("not_ours", _("不属于支付服务，已告知途径")),
        ("duplicate", _("与另一案件重复")),
        ("other", _("其他")),
    ),
    extra_steps=(FINISH_REDO,),
)
