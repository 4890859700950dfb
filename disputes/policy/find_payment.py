"""请人工查找: the look-up did not find the payment; a person does."""

from django.utils.translation import gettext_lazy as _

from disputes.models.case import Kind, Stage
from disputes.policy.steps import COMES_AFTER_ALL
from disputes.policy.table import KindPolicy

POLICY = KindPolicy(
    kind=Kind.FIND_PAYMENT,
    begins_at=lambda reason: Stage.INSTITUTION,
    why="Which shop it was is the question itself; only the institution can search all of them.",
    merchant_takes_part=False,
    matched="found",
    complaint="",  # somebody asks for help, and complains of nothing
    resolved=(("found", _("已找到")), ("explained", _("已说明清楚")), ("other", _("其他"))),
    rejected=(
        ("payment_unknown", _("没有找到这笔消费")),
        ("not_our_terminal", _("不是本机构的终端")),
        ("no_answer", _("客户没有补充必要的信息")),
        ("other", _("其他")),
    ),
    extra_steps=(COMES_AFTER_ALL,),
)
