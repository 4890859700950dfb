"""银联差错: the card network wrote about a payment of which no case speaks yet."""

from django.utils.translation import gettext_lazy as _

from disputes.models.case import Kind, Stage
from disputes.policy.table import KindPolicy

POLICY = KindPolicy(
    kind=Kind.NETWORK,
    begins_at=lambda reason: Stage.INSTITUTION,
    why=(
        "The network writes to the institution, and no customer of ours asked for anything: the "
        "merchant is heard, nobody is promised an answer, and no yearly figure counts it."
    ),
    by_customers=False,
    needs_payment=True,
    resolved=(
        ("network_ended", _("差错处理已结束")),
        ("explained", _("已说明清楚")),
        ("other", _("其他")),
    ),
    rejected=(("duplicate", _("与另一案件重复")), ("other", _("其他"))),
)
