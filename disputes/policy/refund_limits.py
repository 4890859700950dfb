"""What an institution may set about refunds: `PolicyVersion.refund_limits`.

How much each role may let go back without a second person, in fen, and within what time the money
should be there once a refund is executed (a limit as in `disputes.policy.limits`). Those of the
version in force count, not those of the case's own: what the institution lowers holds from then on.
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from disputes.policy import limits
from portal.accounts.models import Role

ARRIVES = "arrives_in"
LABELS = {
    Role.MANAGER.value: _("店长不经批准可退（元）"),
    Role.SUPPORT.value: _("客服不经批准可退（元）"),
    Role.SUPERVISOR.value: _("主管不经批准可退（元）"),
}
ROLES = tuple(LABELS)
ARRIVES_LABEL = _("退款执行后多久到账")
# Version 1, our decision: a shop and an agent settle what a meal costs, a supervisor a little more.
DEFAULTS = {
    Role.MANAGER.value: 20_000,
    Role.SUPPORT.value: 10_000,
    Role.SUPERVISOR.value: 50_000,
    ARRIVES: {"amount": 7, "unit": limits.WORKING_DAYS},
}
MOST = 100_000_000_00  # fen; no limit is without a limit


def check(entries) -> None:
    """Raise ValidationError for what is no limit."""
    if not isinstance(entries, dict) or set(entries) != set(DEFAULTS):
        raise ValidationError({"refund_limits": gettext("每个角色的退款额度都要有。")})
    for role in ROLES:
        if type(entries[role]) is not int or not 0 <= entries[role] <= MOST:
            raise ValidationError(
                {"refund_limits": gettext("退款额度要是 0 以上的金额，0 表示都要批准。")}
            )
    if limits.fault(entries[ARRIVES]) or not limits.Limit.read(entries[ARRIVES]).by_days:
        raise ValidationError(
            {"refund_limits": gettext("退款到账的时间要是 1 以上的自然日或工作日。")}
        )
