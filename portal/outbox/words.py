"""What an entry is about, and what went wrong with it, in words for whoever runs the place."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.outbox.models import Entry

# Of this floor; the upper ones say theirs (`register`). What nobody names is shown by its code.
_names: dict[str, str | Promise] = {
    "audit.checkpoint": _("审计检查点的副本"),
    "calendar_notice": _("放假通知还没录入"),
    "away": _("登记不在岗的通知"),
    "invitation": _("加入小票的邀请"),
    "password": _("密码的通知"),
    "role": _("角色和权限变动的通知"),
    "second_factor": _("动态码的通知"),
}
_others: list[Callable[[str], str | Promise]] = []
UNREACHED = {
    "BrokenPipeError",
    "ConnectionAbortedError",
    "ConnectionRefusedError",
    "ConnectionResetError",
    "OSError",
    "SMTPConnectError",
    "SMTPServerDisconnected",
    "TimeoutError",
    "gaierror",
}


def register(name_of: Callable[[str], str | Promise]) -> None:
    """`name_of(topic)`: the words of a topic, "" of one that it does not know."""
    _others.append(name_of)


def about(topic: str) -> str:
    """Of a topic; "" where nobody has named it."""
    if topic in _names:
        return str(_names[topic])
    return next((str(words) for each in _others if (words := each(topic))), "")


def went_wrong(entry: Entry) -> str:
    """Of the last try."""
    name, _space, _status = entry.error.partition(" ")
    if name == "SMTPRecipientsRefused":
        if entry.state == Entry.State.DEAD and entry.attempts == 1:
            return str(_("对方的邮件服务器不认这个地址"))
        return str(_("对方的邮件服务器没有收"))
    if name == "NotTaken":
        return str(_("短信网关没有收"))
    if name in UNREACHED:
        return str(_("连不上发信的服务器"))
    return str(_("没有发出去")) if name else ""
