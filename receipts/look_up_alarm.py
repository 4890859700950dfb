"""Attack mode at the look-up, told to those who can do something about it."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
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


def canary_hit(effect_key: str, at: str, network: str) -> None:
    def letter() -> tuple[str, str]:
        return (
            _("有人查到了一笔诱饵交易"),
            _(
                "{at} 有一次查询填对了一笔诱饵交易的尾号、金额和时间。诱饵是系统放的，没有人付过，"
                "所以查它的人不是在逐个试，就是手里有不该有的数据。他看到的只是“还差一点信息”。\n\n"
                "来自：{network}\n同一小时里再有，不再发信；有几次、来自哪里，都在这里：\n{page}\n\n"
                "只有一次，也可能是碰巧打错；一天里有两次，就不是碰巧。"
            ).format(
                at=_clock(at),
                network=network or _("地址不明"),
                page=settings.PUBLIC_URL + reverse("panel:lookups"),
            ),
        )

    tell_operations(effect_key, "look_up_alarm", letter, Role.SUPERVISOR)


def _clock(since: str) -> str:
    return f"{timezone.localtime(datetime.fromisoformat(since)):%Y-%m-%d %H:%M}"
