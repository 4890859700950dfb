"""Why it came to a case: the one taxonomy of causes, asked for at closing.

What loses a slip is `receipts` SlipCause, as terminals report it and guides speak of it; what else
brings people to complain stands beside it.
"""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from receipts.models.payment import SlipCause


class OtherCause(models.TextChoices):
    REPEATED_TRY = "repeated_try", _("重复刷卡或扫码")
    WRONG_INPUT = "wrong_input", _("金额输错")
    GOODS_OR_SERVICE = "goods_or_service", _("商品或服务不符")
    MERCHANT_PROCESS = "merchant_process", _("商户流程或态度")
    REFUND_DELAY = "refund_delay", _("退款到账慢")
    MERCHANT_NAME = "merchant_name", _("账单上的商户名看不懂")
    LATE_NOTICE = "late_notice", _("银行或渠道通知晚")
    FRAUD = "fraud", _("盗刷或冒用")
    OUR_PROCESS = "our_process", _("本机构流程或系统")
    CONSUMER_ERROR = "consumer_error", _("客户记错或误会")
    NONE_FOUND = "none_found", _("查不出原因")


class Groups(tuple):
    """Told apart by being it, so that nothing translates all of it to compare it."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


GROUPS = Groups(
    ((_("小票没打出来"), tuple(SlipCause.choices)), (_("其他"), tuple(OtherCause.choices)))
)
LABELS: dict[str, str | Promise] = {code: label for _group, some in GROUPS for code, label in some}
LONGEST = 24  # characters of a code
