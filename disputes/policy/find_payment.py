"""请人工查找: the look-up did not find the payment; a person does."""

from django.utils.translation import gettext_lazy as _

from disputes.models.case import Kind, Stage, Status
from disputes.policy.table import ALL_CLOCKS, CONSUMER, SYSTEM, KindPolicy, Notice, Step

POLICY = KindPolicy(
    kind=Kind.FIND_PAYMENT,
    begins_at=lambda reason: Stage.INSTITUTION,
    why="Which shop it was is the question itself; only the institution can search all of them.",
    merchant_takes_part=False,
    resolved=(("found", _("已找到")), ("explained", _("已说明清楚")), ("other", _("其他"))),
    rejected=(
        ("payment_unknown", _("没有找到这笔消费")),
        ("not_our_terminal", _("不是本机构的终端")),
        ("no_answer", _("客户没有补充必要的信息")),
        ("other", _("其他")),
    ),
    extra_steps=(
        # The payment came after all (disputes.looking_again).
        Step(
            "match_payment",
            frozenset({SYSTEM}),
            "matched",
            to_status=Status.RESOLVED,
            stops=ALL_CLOCKS,
            says="matched",
            tells=(Notice(CONSUMER, "found"),),
        ),
    ),
)
