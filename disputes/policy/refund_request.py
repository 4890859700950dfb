"""申请退款: the customer asks the shop for money back."""

from django.utils.translation import gettext_lazy as _

from disputes.models.case import Kind, Stage
from disputes.policy.refunding import FINISH_REDO
from disputes.policy.table import KindPolicy

POLICY = KindPolicy(
    kind=Kind.REFUND_REQUEST,
    begins_at=lambda reason: Stage.MERCHANT,
    why="Whoever sold decides first whether to give the money back.",
    needs_payment=True,
    asks_amount=True,
    agrees="refund_agreed",
    resolved=(
        ("refund_agreed", _("同意退款")),
        ("offer_accepted", _("客户接受了提出的退款")),
        ("settled_otherwise", _("以其他方式解决")),
        ("explained", _("已说明清楚")),
        ("other", _("其他")),
    ),
    rejected=(
        ("delivered_as_agreed", _("商品或服务已按约定提供")),
        ("evidence_supports_charge", _("核实无误")),
        ("outside_return_terms", _("不在退换条件内")),
        ("already_refunded", _("已经退过")),
        ("no_answer", _("客户没有补充必要的信息")),
        ("duplicate", _("与另一案件重复")),
        ("other", _("其他")),
    ),
    extra_steps=(FINISH_REDO,),
)
