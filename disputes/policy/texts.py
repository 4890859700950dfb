"""The texts of messages out: a link and what to do, nothing else.

Those delivered are code. `PolicyVersion.texts` holds the ones that an institution words in its own
way: `{"consumer.received": {"zh-hans": {"subject", "body"}, "en": {…}}}`, with placeholders in
braces. A subject is also what a short message says, so it is short and bears no link of its own.
"""

from collections.abc import Mapping
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from disputes import placeholders, words
from disputes.placeholders import Placeholder
from disputes.policy import gathered_texts, network_texts

ACKNOWLEDGEMENT = "received"
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
    "escalated_for_nobody": _("商户现在没有人能答复，您的申请已转给%(institution)s"),
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
# To one person who works on the case, of whichever party; what each is told by: messages_out.
STAFF_TEXTS = {
    "assigned": _("同事把一件案件交给了您，请登录查看"),
    "mentioned": _("同事在一件案件的备注里提到了您，请登录查看"),
    "due_soon": _("有一件案件的时限快到了，请登录处理"),
    "overdue": _("有一件案件的时限已经过了，请登录处理"),
    "refund_asked": _("有一笔退款等您批准，请登录查看"),
    "network_asked": _("有一步银联差错等您批准，请登录查看"),
    "extension_asked": _("有一件案件的延期等您批准，请登录查看"),
    "extension_approved": _("您申请的延期批准了，客户会收到新的时限，请登录查看"),
    "extension_refused": _("您申请的延期没有批准，原来的时限照旧，请登录处理"),
    "refund_refused": _("您提出的一笔退款没有批准，请登录看理由"),
    "refund_failed": _("您提出的一笔退款没有办成，钱没有动，请登录接着办"),
    "network_refused": _("您提出的一步银联差错没有批准，请登录看理由"),
    "network_expired": _("您提出的一步银联差错没有等到批准，已经作废，请登录看原因"),
}
# What a case tells, by whom it tells; and what is told of the card network's track, likewise.
OF_CASES = {"consumer": CONSUMER_TEXTS, "merchant": MERCHANT_TEXTS, "staff": STAFF_TEXTS}
OF = {
    **OF_CASES,
    "network_merchant": network_texts.TO_MERCHANT,
    "network_staff": network_texts.TO_STAFF,
    "gathered": gathered_texts.TITLES,
}
TITLES = {
    "consumer": _("给客户"),
    "merchant": _("给商户"),
    "staff": _("给办案的人"),
    "network_merchant": _("银联差错，给商户"),
    "network_staff": _("银联差错，给办案的人"),
    "gathered": _("汇总的邮件"),
}
NUMBER = Placeholder("案件号", "case number", "all", lambda case, _actor: case.number)
INSTITUTION = Placeholder("支付机构", "institution", "all", placeholders.institution)
LINK = Placeholder("链接", "link", "all", lambda _case, _actor: "")  # made anew for each message
LONGEST_SUBJECT = {"zh-hans": 80, "en": 200}  # by what a short message can bear
LONGEST_BODY = 1_000
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


class Letter(NamedTuple):
    subject: str
    body: str


def known(name: str, part: str = "body") -> tuple[Placeholder, ...]:
    """The placeholders of a text, in its "subject" or its "body". A track's letters bear no case's
    number: it may hang on a case that its merchant has no part in."""
    to, _dot, notice = name.partition(".")
    of_its_own: tuple[Placeholder, ...] = ()
    if to == "gathered":
        of_its_own = gathered_texts.PLACEHOLDERS[notice]
    elif to in OF_CASES:
        of_its_own = (NUMBER,)
    return (*of_its_own, INSTITUTION, *((LINK,) if part == "body" else ()))


def names() -> list[tuple[str, str]]:
    """Every text there is, `to.notice`, with a title that says what it tells."""
    return [
        (f"{to}.{notice}", f"{TITLES[to]}·{_sentence(to, notice, INSTITUTION.written)}")
        for to, texts in OF.items()
        for notice in texts
    ]


def _sentence(to: str, notice: str, institution: str) -> str:
    text = str(OF[to][notice])
    return text % {"institution": institution} if "%(institution)s" in text else text


def _letter(to: str, news: str) -> Letter:
    """A mail of one thing as delivered, in the language of the moment."""
    of_case = to in OF_CASES
    words = {"number": NUMBER.written, "news": news}
    lines = [
        gettext("您好！"),
        "",
        gettext("%(news)s。") % words,
        "",
        LINK.written,
        "",
        gettext("这个链接只给您本人，请不要转发。") if to == "consumer" else "",
        gettext("请不要回复这封邮件，打开链接就可以答复。"),
        gettext("案件号：%(number)s") % words if of_case else "",
    ]
    subject = gettext("案件 %(number)s：%(news)s") % words if of_case else news
    return Letter(subject, "\n".join(line for i, line in enumerate(lines) if line or i < 6) + "\n")


def delivered(name: str, language: str) -> Letter:
    """With placeholders where a message has its values."""
    to, _dot, notice = name.partition(".")
    with translation.override(language):
        if to == "gathered":
            return Letter(*gathered_texts.delivered(notice, LINK.written))
        return _letter(to, _sentence(to, notice, INSTITUTION.written))


def of(changed: dict, name: str, language: str) -> Letter:
    """As a version (its `texts`) has it, with placeholders."""
    if row := changed.get(name, {}).get(language):
        return Letter(row["subject"], row["body"])
    return delivered(name, language)


def news(changed: dict, to: str, notice: str, case) -> str:
    """One sentence in the language of the moment, for a page: an own subject, or as delivered."""
    from disputes.policy.parties import institution_name

    name = f"{to}.{notice}"
    if row := changed.get(name, {}).get(translation.get_language()):
        values = {NUMBER.zh: case.number, INSTITUTION.zh: institution_name()}
        return placeholders.fill(row["subject"], values, known(name, "subject"))
    return sentence(to, notice)


def sentence(to: str, notice: str) -> str:
    """As delivered, in the language of the moment."""
    from disputes.policy.parties import institution_name

    return _sentence(to, notice, institution_name())


def written(changed: dict, to: str, notice: str, case, link: str) -> Letter:
    """What is sent of one case, in the language of the moment."""
    return sent(changed, f"{to}.{notice}", {NUMBER.zh: case.number, LINK.zh: link})


def sent(changed: dict, name: str, values: Mapping[str, str]) -> Letter:
    """A text in the language of the moment with its `values` (by the placeholder's Chinese name);
    the institution's name need not be among them."""
    from disputes.policy.parties import institution_name

    text = of(changed, name, translation.get_language() or settings.LANGUAGE_CODE)
    return filled(text, name, {INSTITUTION.zh: institution_name(), **values})


def filled(text: Letter, name: str, values: Mapping[str, str]) -> Letter:
    subject = placeholders.fill(text.subject, values, known(name, "subject"))
    return Letter(subject, placeholders.fill(text.body, values, known(name)).rstrip() + "\n")


def check_subject(name: str, subject: str, language: str) -> None:
    """Raises ValidationError for what no message could have as its subject."""
    most = LONGEST_SUBJECT[language]
    if not subject.strip() or "\n" in subject or len(subject) > most:
        raise ValidationError(gettext("主题写一行，最多 {most} 个字。").format(most=most))
    placeholders.check(subject, known(name, "subject"))


def check_body(name: str, body: str) -> None:
    """Raises ValidationError for one without a link, which would tell nobody what to do."""
    if len(body) > LONGEST_BODY:
        raise ValidationError(gettext("正文最多 {most} 个字。").format(most=LONGEST_BODY))
    placeholders.check(body, known(name))
    if LINK not in placeholders.used(body, known(name)):
        raise ValidationError(
            gettext("正文里要有 {link}，收信的人才能打开案件。").format(link=LINK.written)
        )


def check(changed) -> None:
    """Raise ValidationError for texts that cannot be sent."""
    fault = ValidationError({"texts": gettext("没有这一条消息，或者不完整。")})
    there_are = {f"{to}.{notice}" for to, texts in OF.items() for notice in texts}
    if not isinstance(changed, dict) or not set(changed) <= there_are:
        raise fault
    for name, rows in changed.items():
        if not isinstance(rows, dict) or not set(rows) <= set(LANGUAGES):
            raise fault
        for language, row in rows.items():
            if not isinstance(row, dict) or set(row) != {"subject", "body"}:
                raise fault
            if not all(isinstance(text, str) and text == plain(text) for text in row.values()):
                raise fault
            check_subject(name, row["subject"], language)
            check_body(name, row["body"])


def plain(text: str) -> str:
    """Without control characters and whole card numbers, as anything that leaves the house."""
    return words.one_form(text)
