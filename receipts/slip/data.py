"""What an issued slip says, for machines: embedded in its PDF, described in docs/receipt-data.md.

Nothing here that the paper does not say. Version 1 only ever gains optional members; what would
break a reader is a version 2 beside it.
"""

import json
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from portal import money
from receipts.models import Payment, Reversal
from receipts.slip import codes, qr
from receipts.slip.content import Copy, clean

VERSION = 1
SCHEMA = Path(__file__).parent / f"receipt-{VERSION}.schema.json"


def document(payment: Payment, copy: Copy, *, form: str, language: str) -> bytes:
    """The receipt as JSON, UTF-8, the same bytes for the same slip."""
    said = {
        "$schema": settings.PUBLIC_URL + reverse("receipts:data_schema", args=[VERSION]),
        "version": VERSION,
        "issue": _kept(
            number=copy.number,
            form=str(form),
            copy=str(copy.copy),
            language=language,
            duplicate=copy.duplicate,
            issued_at=_moment(copy.issued_at),
            first_issued_at=_moment(copy.first_issued_at),
            verify_code=codes.grouped(copy.code),
            verify_url=qr.address(copy.code) if copy.code else "",
        ),
        "institution": _kept(name=clean(copy.institution)),
        "merchant": _kept(
            number=clean(payment.merchant.merchant_no),
            name=clean(payment.merchant.name),
            name_en=clean(payment.merchant.name_en),
        ),
        "payment": _payment(payment),
        "reversals": [
            _reversal(reversal)
            for reversal in sorted(
                payment.reversals.all(), key=lambda row: (row.occurred_at, row.pk or 0)
            )
        ],
    }
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


def _payment(payment: Payment) -> dict:
    return _kept(
        type=payment.kind,
        status=payment.status,
        currency=payment.currency,
        exponent=money.EXPONENTS.get(payment.currency, 2),
        amount_minor=payment.amount_minor,
        tip_minor=payment.tip_minor or None,
        authorised_minor=payment.authorised_minor,
        refunded_minor=payment.refunded_minor or None,
        occurred_at=_moment(payment.occurred_at),
        settled_on=payment.settled_on.isoformat() if payment.settled_on else None,
        card_last_four="" if payment.is_by_code else clean(payment.card_tail),
        device_last_four=clean(payment.wallet_tail),
        entry_mode=payment.entry_mode,
        issuer=clean(payment.issuer_name or payment.issuer_code),
        acquirer=clean(payment.acquirer_name or payment.acquirer_code),
        terminal=clean(payment.terminal.terminal_no) if payment.terminal else "",
        reference=clean(payment.rrn),
        authorisation_code=clean(payment.auth_code),
        batch=clean(payment.batch_no),
        voucher=clean(payment.voucher_no),
        operator=clean(payment.operator_no),
        instalments=payment.instalments or None,
        order_number=clean(payment.order_no) if payment.is_by_code else "",
        no_pin_no_signature=payment.no_pin_no_signature or None,
        chip=_chip(payment),
        remarks=clean(payment.remarks),
    )


def _chip(payment: Payment) -> dict:
    """What a slip prints of the chip, and no other member of what a file brought."""
    told = payment.chip if isinstance(payment.chip, dict) else {}
    names = ("aid", "app_label", "arqc", "tc", "tvr", "tsi", "atc")
    return _kept(**{name: clean(told.get(name, "")) for name in names})


def _reversal(reversal: Reversal) -> dict:
    return _kept(
        type=reversal.kind,
        amount_minor=reversal.amount_minor,
        occurred_at=_moment(reversal.occurred_at),
        reference=clean(reversal.rrn),
        voucher=clean(reversal.voucher_no),
    )


def _kept(**members) -> dict:
    """Without what is not known: no member is null or empty."""
    return {name: value for name, value in members.items() if value not in (None, "", {})}


def _moment(at: datetime) -> str:
    """RFC 3339 with the offset of the shop's own clock, as on paper."""
    return timezone.localtime(at).isoformat(timespec="seconds")


def shown(payment: Payment) -> dict:
    """What `/verify/` shows of an issue: nothing that its paper does not say. Kept with the issue,
    since the payment goes on changing and the paper does not."""
    tail = payment.order_no[-4:] if payment.is_by_code else ""
    return {
        "merchant": payment.merchant.name,
        "merchant_en": payment.merchant.name_en,
        "merchant_no": payment.merchant.merchant_no,
        "kind": payment.kind,
        "status": payment.status,
        "amount_minor": payment.amount_minor,
        "refunded_minor": payment.refunded_minor,
        "currency": payment.currency,
        "occurred_at": payment.occurred_at.isoformat(),
        "tail": tail or payment.card_tail,
        "by_code": payment.is_by_code,
    }
