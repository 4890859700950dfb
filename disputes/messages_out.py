"""What leaves the house by mail or SMS when a case moves: a link and what to do, nothing else.

No name, amount, card, shop or word of the conversation stands in them; `str(text)` is taken in
the language of whoever reads it.
"""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from disputes import case_links, in_app, survey_links
from disputes.models.case import ContactKind
from disputes.policy import texts
from disputes.policy.parties import to_be_told
from disputes.policy.table import Notice
from disputes.policy.texts import ACKNOWLEDGEMENT
from portal.accounts.models import User
from portal.audit import outside
from portal.gate import links
from portal.outbox import post

OUTCOMES = ("resolved", "rejected")  # after which the customer is asked how it went


def tell(case, notice: Notice, key: str, token: str = "") -> None:
    """Write the outbox rows of one notice. `key` is unique to the step that is told of; `token`
    spares a second link where the caller has just issued one.
    """
    told = {"consumer": _tell_consumer, "merchant": _tell_merchant, "owner": _tell_owner}
    told[notice.to](case, notice, key, token)


def _tell_consumer(case, notice: Notice, key: str, token: str) -> None:
    if not case.contact:
        return  # nobody asked: the card network began it
    topic = f"case.{notice.text}"
    effect = f"case-{case.number}-{notice.text}-{key}-customer"
    link = links.address(token or case_links.issue(case))
    with translation.override(case.language):
        subject, body = texts.written(case.policy.texts, "consumer", notice.text, case, link)
        if case.contact_kind == ContactKind.EMAIL:
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
            words = {"news": subject, "link": link}
            body = gettext("【小票】%(news)s。 %(link)s 链接请勿转发。") % words
            post.sms(effect, to=case.contact, topic=topic, body=body, language=case.language)


def _tell_merchant(case, notice: Notice, key: str, _token: str) -> None:
    link = settings.PUBLIC_URL + reverse("merchant_cases:case", args=[case.number])
    _send(case, to_be_told(case.organisation), "merchant", notice.text, link, key)


def _tell_owner(case, notice: Notice, key: str, _token: str) -> None:
    """Inside the product only: the desk's people have it open all day."""
    if case.assignee and case.assignee.is_active:
        in_app.tell(case, [case.assignee], notice.text, link=desk_address(case), key=key)


def desk_address(case) -> str:
    return settings.PUBLIC_URL + reverse("desk:case", args=[case.number])


def tell_users(case, users: Iterable[User], text: str, link: str, *, key: str) -> None:
    """A notice and a mail to people who sign in; no mail to who has no address. `text` is one of
    `texts.STAFF_TEXTS`, and with `key` unique to what is told."""
    _send(case, list(users), "staff", text, link, key)


def _send(case, users: list[User], to: str, text: str, link: str, key: str) -> None:
    in_app.tell(case, users, text, link=link, key=key)
    for user in users:
        if not user.email:
            continue
        with translation.override(user.language):
            letter = texts.written(case.policy.texts, to, text, case, link)
        post.mail(
            f"case-{case.number}-{text}-{key}-{user.public_id.hex[:12]}",
            to=user.email,
            topic=f"case.{text}",
            subject=letter.subject,
            body=letter.body,
            language=user.language,
        )
