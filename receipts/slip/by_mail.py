"""A slip by mail, only because the customer asks for it and to the address that he types.

The mail says nothing of the payment: what it is about stands in the slip that goes with it. The
address is with the outbox until the mail is out; the trail keeps a keyed hash of it, nothing that
could be read again.
"""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal import audit
from portal.accounts.actor import Actor
from portal.gate.tokens import keyed_hash
from portal.outbox import attachments, post, words
from receipts.models import Payment, SlipIssue, SlipMail
from receipts.slip import given
from receipts.slip.issue import issue_slip, read
from receipts.slip.response import file_name

PER_PAYMENT = PER_ADDRESS = 5  # a day
DAY = timedelta(days=1)
KIND = TOPIC = "slip"


class TooMany(Exception):
    """Enough mails for this payment, this address, or everybody in this hour."""


@transaction.atomic
def send(payment: Payment, address: str, *, request_key: uuid.UUID, actor: Actor) -> None:
    """Ask for the cardholder's slip to be mailed. The same form sent twice is one mail.

    Raises TooMany. The slip is made when the mail goes; while it cannot be, the mail waits.
    """
    # One at a time for a payment, so that two clicks are counted one after the other.
    Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    if SlipMail.objects.filter(request_key=request_key).exists():
        return
    address_hash, now = keyed_hash("slip_mail", address.lower()), timezone.now()
    _refuse_too_many(payment, address_hash)
    SlipMail.objects.create(
        request_key=request_key, payment=payment, address_hash=address_hash, asked_at=now
    )
    language = get_language() or settings.LANGUAGE_CODE
    audit.record(
        f"payment:{payment.pk}",
        "payment.slip_mail_asked",
        actor=actor,
        # Under the installation's key: who has the address can prove it, nobody can read it.
        after={"language": language, "address": address_hash},
        at=now,
    )
    post.mail(
        f"slip_mail:{request_key}",
        to=address,
        topic=TOPIC,
        subject=_("您要的电子小票"),
        body=_(
            "您好！\n\n"
            "您要的电子小票在附件里，是 PDF 文件。\n\n"
            "如果不是您要的，删掉这封邮件就可以：您的邮箱地址发完就不再保留。\n"
            "请不要回复这封邮件。\n"
        ),
        language=language,
        attached={"kind": KIND, "id": str(payment.pk)},
        forget_address=True,
    )


def _refuse_too_many(payment: Payment, address_hash: str) -> None:
    now = timezone.now()
    today = SlipMail.objects.filter(asked_at__gt=now - DAY)
    hour = SlipMail.objects.filter(asked_at__gt=now - timedelta(hours=1))
    if (
        today.filter(payment=payment).count() >= PER_PAYMENT
        or today.filter(address_hash=address_hash).count() >= PER_ADDRESS
        or hour.count() >= settings.SLIP_MAILS_PER_HOUR
    ):
        raise TooMany


def forget_old() -> int:
    """Rows that no limit counts any more."""
    return SlipMail.objects.filter(asked_at__lt=timezone.now() - DAY).delete()[0]


def _attachment(payment_id: str) -> attachments.Attachment:
    issue = _issue(payment_id)
    return attachments.Attachment(file_name(issue), read(issue), "application/pdf")


def _sent(payment_id: str) -> None:
    given.tell(_issue(payment_id))


def _issue(payment_id: str) -> SlipIssue:
    payment = Payment.objects.get(pk=payment_id)
    actor = Actor.consumer(f"payment:{payment_id}")
    return issue_slip(payment, actor=actor, channel=SlipIssue.Channel.MAIL)


def register() -> None:
    attachments.register(KIND, attachments.Kind(_attachment, _sent))
    words.register(lambda topic: _("客户要的电子小票") if topic == TOPIC else "")
