"""交易异议: something is wrong with a charge."""

from django.utils.translation import gettext_lazy as _

from disputes.models.case import Kind, Reason, Stage
from disputes.policy.refunding import FINISH_REDO
from disputes.policy.table import KindPolicy


def begins_at(reason: str) -> Stage:
    return Stage.INSTITUTION if reason == Reason.NOT_MINE else Stage.MERCHANT


POLICY = KindPolicy(
    kind=Kind.DISPUTED_CHARGE,
    begins_at=begins_at,
    why=(
        "The shop knows what was sold; but a charge that the holder did not make is a matter "
        "between card, issuer and acquirer, so it goes to the institution at once."
    ),
    reasons=tuple(Reason),
    agrees="refund_agreed",
    resolved=(
        ("refund_agreed", _("同意退款")),
        ("offer_accepted", _("客户接受了提出的退款")),
        ("duplicate_confirmed", _("确认重复扣款，退回一笔")),
        ("corrected", _("已更正")),
        ("explained", _("已说明清楚")),
        ("passed_to_issuer", _("已转发卡行处理")),
        ("other", _("其他")),
    ),
    rejected=(
        ("evidence_supports_charge", _("核实无误")),
        ("evidence_missing", _("缺少依据")),
        ("no_answer", _("客户没有补充必要的信息")),
        ("duplicate", _("与另一案件重复")),
        ("other", _("其他")),
    ),
    extra_steps=(FINISH_REDO,),
)
