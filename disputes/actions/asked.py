"""What a customer asks for, checked: every value in its stored form or a message at its field."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from disputes import contact as contacts
from disputes import moment, policy, words
from disputes.errors import Invalid
from disputes.policy.table import KindPolicy
from portal import money
from receipts.models import Payment

LARGEST_MINOR = 10**14  # fen; above any card payment, below what a page can still show


@dataclass(frozen=True)
class Claimed:
    """What the customer remembers where no payment was found; each part may be missing."""

    tail: str = ""
    minor: int | None = None  # fen
    at: datetime | None = None
    merchant: str = ""


@dataclass(frozen=True)
class Asked:
    kind: str
    reason: str
    claimed: Claimed
    requested_minor: int | None
    body: str
    contact_kind: str
    contact: str
    language: str


def check(
    *, kind, reason, payment, claimed, requested_minor, body, contact_kind, contact, language
) -> Asked:
    """Raises Invalid with the first field that cannot be taken."""
    if kind not in policy.KINDS or not policy.KINDS[kind].by_customers:
        raise Invalid("kind", _("请选择您遇到的情况。"))
    rules = policy.KINDS[kind]
    if rules.needs_payment and payment is None:
        raise Invalid("payment", _("请先找到这笔消费，再申请退款。"))
    if payment is not None:
        _check_payment(payment)
    return Asked(
        kind=str(rules.kind),
        reason=_reason(rules, reason),
        claimed=Claimed() if payment is not None else _claimed(claimed or Claimed()),
        requested_minor=_amount(rules, requested_minor),
        body=words.clean(body),
        contact_kind=str(contact_kind),
        contact=contacts.normalise(contact_kind, contact),
        language=language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE,
    )


def _check_payment(payment: Payment) -> None:
    if payment.pk is None:
        raise Invalid("payment", _("请先找到这笔消费。"))


def _reason(rules: KindPolicy, reason: str) -> str:
    if not rules.reasons:
        return ""
    if reason not in {each.code for each in policy.asked_reasons()}:
        raise Invalid("reason", _("请选择这笔扣款哪里不对。"))
    return reason


def _amount(rules: KindPolicy, minor: int | None) -> int | None:
    if not rules.asks_amount or minor is None:
        return None
    if type(minor) is not int or minor <= 0:
        raise Invalid("requested_minor", _("金额要大于 0。"))
    return minor


def with_amount(asked: Asked, payment: Payment) -> Asked:
    """The amount asked back, held against what can still go back of the (locked) payment."""
    if not policy.KINDS[asked.kind].asks_amount:
        return asked
    most = payment.refundable_minor
    if most <= 0:
        raise Invalid("requested_minor", _("这笔消费现在没有可以退的金额。"))
    wanted = most if asked.requested_minor is None else asked.requested_minor
    if wanted > most:
        raise Invalid(
            "requested_minor",
            _("最多可以申请 %(most)s。") % {"most": money.text(most, payment.currency)},
        )
    return replace(asked, requested_minor=wanted)


def _claimed(claimed: Claimed) -> Claimed:
    tail = unicodedata.normalize("NFKC", claimed.tail or "").strip()
    if tail and not re.fullmatch(r"\d{4}", tail, re.ASCII):
        raise Invalid("claimed_tail", _("尾号是 4 位数字。"))
    minor = claimed.minor
    if minor is not None and (type(minor) is not int or not 0 < minor <= LARGEST_MINOR):
        raise Invalid("claimed_minor", _("金额要大于 0。"))
    if claimed.at is not None and (timezone.is_naive(claimed.at) or claimed.at > moment.now()):
        raise Invalid("claimed_at", _("消费时间不能在将来。"))
    merchant = words.one_line(claimed.merchant or "", 80)
    return Claimed(tail, minor, claimed.at, merchant)
