"""What the outbox's page calls the messages of this floor."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disputes import in_app
from disputes.policy import texts
from portal.outbox import words

NAMES: dict[str, str | Promise] = {
    "case.code": _("查看处理进度的验证码"),
    "case.digest": texts.OF["gathered"]["digest"],
    "case.given": texts.OF["gathered"]["given"],
    "network.news": in_app.WORDS["network"],
}


def name_of(topic: str) -> str | Promise:
    """Without saying to which party: one topic goes to several."""
    if topic in NAMES:
        return NAMES[topic]
    notice = topic.removeprefix("case.")
    if notice == topic:
        return ""
    if notice in in_app.WORDS:
        return in_app.WORDS[notice]
    return texts.sentence("consumer", notice) if notice in texts.CONSUMER_TEXTS else ""


def register() -> None:
    words.register(name_of)
