"""Mails that tell of several cases at once, as delivered: the merchants' morning mail (sent by
`disputes.digest`) and the one of cases given by rule (`disputes.gathered`). Numbers, and none of
what a case says; so the cases' own versions have no part in it, and the version in force words it.
"""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from disputes.placeholders import Placeholder

DIGEST, GIVEN = "digest", "given"


def _counted(zh: str, en: str) -> Placeholder:
    return Placeholder(zh, en, "all", lambda _case, _actor: "")


SHOP = _counted("商户", "merchant")
WAITING = _counted("等您办的", "waiting")
DUE_TODAY = _counted("今天到期的", "due today")
PAUSED = _counted("等客户的", "waiting for the customer")
NEW = _counted("新来的", "new")
NUMBER_GIVEN = _counted("分给您的", "given")

TITLES = {
    DIGEST: _("商户每天早上的邮件"),
    GIVEN: _("按规则分给同事的案件"),
}
PLACEHOLDERS = {
    DIGEST: (SHOP, WAITING, DUE_TODAY, PAUSED, NEW),
    GIVEN: (NUMBER_GIVEN,),
}
# For the preview, by the Chinese name.
EXAMPLES = {
    SHOP.zh: _("小雨文具店"),
    WAITING.zh: "6",
    DUE_TODAY.zh: "2",
    PAUSED.zh: "1",
    NEW.zh: "3",
    NUMBER_GIVEN.zh: "4",
}


def delivered(notice: str, link: str) -> tuple[str, str]:
    """Subject and body in the language of the moment, with placeholders."""
    return {DIGEST: _digest, GIVEN: _given}[notice](link)


def _digest(link: str) -> tuple[str, str]:
    subject = gettext("今天有 %(n)s 件案件等您") % {"n": WAITING.written}
    lines = [
        gettext("您好！"),
        "",
        gettext("%(shop)s：") % {"shop": SHOP.written},
        "· " + gettext("等您办的案件：%(n)s") % {"n": WAITING.written},
        "· " + gettext("今天到期，或已经过了：%(n)s") % {"n": DUE_TODAY.written},
        "· " + gettext("其中在等客户补充：%(n)s") % {"n": PAUSED.written},
        "· " + gettext("昨天以来新来的：%(n)s") % {"n": NEW.written},
        "",
        gettext("请登录处理：%(link)s") % {"link": link},
    ]
    return subject, "\n".join(lines) + "\n"


def _given(link: str) -> tuple[str, str]:
    subject = gettext("有 %(n)s 件案件按规则分给了您") % {"n": NUMBER_GIVEN.written}
    lines = [
        gettext("您好！"),
        "",
        gettext("%(news)s。") % {"news": subject},
        gettext("请登录查看，按剩余时间排好了：%(link)s") % {"link": link},
        "",
        gettext("在页面上看过的不再发邮件。"),
    ]
    return subject, "\n".join(lines) + "\n"
