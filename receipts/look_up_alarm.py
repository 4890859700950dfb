"""Attack mode at the look-up, told to those who can do something about it."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import Role
from receipts.operations import tell_operations


def began(effect_key: str, since: str) -> None:
    def letter() -> tuple[str, str]:
        return (
            _("查询小票进入了防护模式"),
            _(
                "{at} 起，没查到的次数远多于平常，可能有人在试探别人的交易。"
                "现在每位顾客都要多填一项，查询前的计算也更费力。"
                "半小时内没有新的高峰，它会自己结束，到时再告诉您。"
            ).format(at=_clock(since)),
        )

    tell_operations(effect_key, "look_up_alarm", letter, Role.SUPERVISOR)


def ended(effect_key: str, since: str) -> None:
    def letter() -> tuple[str, str]:
        return (
            _("查询小票的防护模式结束了"),
            _("{at} 开始的防护模式已经结束，查询恢复如常。").format(at=_clock(since)),
        )

    tell_operations(effect_key, "look_up_alarm", letter, Role.SUPERVISOR)


def _clock(since: str) -> str:
    return f"{timezone.localtime(datetime.fromisoformat(since)):%Y-%m-%d %H:%M}"
