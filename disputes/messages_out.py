"""What leaves the house by mail or SMS when a case moves: a link and what to do, nothing else.

No name, amount, card, shop or word of the conversation stands in them; `str(text)` is taken in
the language of whoever reads it.
"""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from disputes import case_links, survey_links
from disputes.models.case import ContactKind
from disputes.policy.parties import institution_name, to_be_told
from disputes.policy.table import Notice
from portal.audit import outside
from portal.gate import links
from portal.outbox import post

ACKNOWLEDGEMENT = "received"
OUTCOMES = ("resolved", "rejected")  # after which the customer is asked how it went
CONSUMER_TEXTS = {
    ACKNOWLEDGEMENT: _("您的申请已收到，处理进度都在这里"),
    "merchant_replied": _("商户答复了您，请查看"),
    "institution_replied": _("%(institution)s答复了您，请查看"),
    "asked_consumer": _("需要您补充一点信息，请打开后回复；等您的时间不计入时限"),
    "refund_offered": _("商户提出了退款，请打开看金额，接受或者不接受"),
    "reprinted": _("商户补打了小票，可以来店里取"),
    "refund_approved": _("您的退款批准了，请打开看金额"),
    "refund_executed": _("您的退款已经办出，请打开看哪天到账"),
    "refund_failed": _("您的退款没有办成，钱没有动，会接着处理，请打开看"),
    "refund_confirmed": _("您的退款已经核对确认，请打开看"),
    "redo_linked": _("您重新付的一笔对上了，请打开看"),
    "redone": _("退款和重新付的都已确认，这件事办结，请打开看"),
    "extended": _("%(institution)s需要更多时间，请打开看新的时限和理由"),
    "policy_moved": _("时限按新的处理规则重新算过，请打开看"),
    "merged": _("您有两件案件是同一回事，现在一并办理，请打开看"),
    "parted": _("您的案件分开办理了，请打开看"),
    "network_news": _("您的发卡行那边有了新的进展，请打开看"),
    "slip_ready": _("您要的电子小票做好了，打开就可以下载"),
    "found": _("您要找的消费找到了，打开就能看小票"),
    "escalated": _("您的申请已由%(institution)s接手，请查看答复时限"),
    "escalated_by_time": _("商户没有按时处理，您的申请已自动转给%(institution)s"),
    "resolved": _("您的申请有结果了，请查看；不满意可以在 30 天内要求继续处理"),
    "rejected": _("您的申请有结果了，请查看；不满意可以在 30 天内要求继续处理"),
}
MERCHANT_TEXTS = {
    "opened": _("有一件新案件等您答复，请登录查看时限"),
    "opened_at_institution": _("有一件新案件由%(institution)s处理，请登录查看"),
    "consumer_replied": _("客户有新的补充，请登录查看"),
    "extended": _("%(institution)s的答复时限延长了，请登录查看"),
    "policy_moved": _("时限按新的处理规则重新算过，请登录查看"),
    "merged": _("案件并入了另一件，一并办理，请登录查看"),
    "parted": _("案件和另一件分开了，请登录查看"),
    "offer_accepted": _("客户接受了您提出的退款，请登录提出执行"),
    "refund_approved": _("一笔退款批准了，正在办理，请登录查看"),
    "refund_refused": _("一笔退款没有批准，请登录看理由"),
    "refund_executed": _("一笔退款已经办出，请登录查看"),
    "refund_failed": _("一笔退款没有办成，请登录查看"),
    "refund_confirmed": _("一笔退款已由对账文件确认，请登录查看"),
    "redo_linked": _("重新交易的一笔对上了，请登录查看"),
    "redone": _("退款和重新交易都已确认，案件办结"),
    "offer_declined": _("客户没有接受您提出的退款，请登录接着办"),
    "slip_accepted": _("客户有电子小票就够了，案件办结，您不用再处理"),
    "institution_replied": _("%(institution)s在案件里留言，请登录查看"),
    "escalated": _("案件已转由%(institution)s处理，请登录查看"),
    "escalated_by_time": _("案件超过时限没有办完，已自动转由%(institution)s处理"),
    "resolved": _("案件已由%(institution)s办结，请登录查看"),
    "rejected": _("案件已由%(institution)s办结，请登录查看"),
    "withdrawn": _("客户撤回了案件，您不用再处理"),
    "continued": _("客户对结果不满意，案件已转由%(institution)s处理"),
}


def tell(case, notice: Notice, key: str, token: str = "") -> None:
    """Write the outbox rows of one notice. `key` is unique to the step that is told of; `token`
    spares a second link where the caller has just issued one.
    """
    {"consumer": _tell_consumer, "merchant": _tell_merchant}[notice.to](case, notice, key, token)


def _tell_consumer(case, notice: Notice, key: str, token: str) -> None:
    if not case.contact:
        return  # nobody asked: the card network began it
    topic = f"case.{notice.text}"
    effect = f"case-{case.number}-{notice.text}-{key}-customer"
    link = links.address(token or case_links.issue(case))
    with translation.override(case.language):
        news = _filled(CONSUMER_TEXTS[notice.text])
        if case.contact_kind == ContactKind.EMAIL:
            subject, body = _mail(case, news, link, _own_link())
            if notice.text == ACKNOWLEDGEMENT and (copy := outside.in_words("mail", effect)):
                body += f"\n{copy}"
            if notice.text in OUTCOMES:
                asks = gettext("办得怎么样？两个问题，半分钟：")
                body += f"\n{asks}\n{survey_links.address(case)}\n"
            post.mail(
                effect,
                to=case.contact,
                topic=topic,
                subject=subject,
                body=body,
                language=case.language,
            )
        else:
            body = gettext("【小票】案件 %(number)s：%(news)s。 %(link)s 链接请勿转发。") % {
                "number": case.number,
                "news": news,
                "link": link,
            }
            post.sms(effect, to=case.contact, topic=topic, body=body, language=case.language)


def _tell_merchant(case, notice: Notice, key: str, _token: str) -> None:
    link = settings.PUBLIC_URL + reverse("merchant_cases:case", args=[case.number])
    text, topic = MERCHANT_TEXTS[notice.text], f"case.{notice.text}"
    for user in to_be_told(case.organisation):
        tell_user(case, user, text, link, topic=topic, key=key)


def tell_user(case, user, text, link: str, *, topic: str, key: str) -> None:
    """A mail to somebody who signs in; none to who has no address. `topic` and `key` are unique to
    what is told."""
    if not user.email:
        return
    with translation.override(user.language):
        subject, body = _mail(case, _filled(text), link, "")
        post.mail(
            f"case-{case.number}-{topic.removeprefix('case.')}-{key}-{user.public_id.hex[:12]}",
            to=user.email,
            topic=topic,
            subject=subject,
            body=body,
            language=user.language,
        )


def _filled(text) -> str:
    text = str(text)
    return text % {"institution": institution_name()} if "%(institution)s" in text else text


def _own_link() -> str:
    return gettext("这个链接只给您本人，请不要转发。")


def _mail(case, news: str, link: str, caution: str) -> tuple[str, str]:
    subject = gettext("案件 %(number)s：%(news)s") % {"number": case.number, "news": news}
    lines = [
        gettext("您好！"),
        "",
        gettext("%(news)s。") % {"news": news},
        "",
        link,
        "",
        caution,
        gettext("请不要回复这封邮件，打开链接就可以答复。"),
        gettext("案件号：%(number)s") % {"number": case.number},
    ]
    return subject, "\n".join(line for i, line in enumerate(lines) if line or i < 6) + "\n"
