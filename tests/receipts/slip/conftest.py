"""One payment of each kind that a slip can tell of, always the same."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from receipts.models import Merchant, Payment, Reversal, Terminal
from receipts.slip.content import Copy, SlipContent, slip_content

CHIP = {
    "aid": "A000000333010101",
    "app_label": "PBOC DEBIT",
    "arqc": "8F2C61A4D0E7935B",
    "tvr": "0000000000",
    "tsi": "0000",
    "atc": "01A7",
}
SALE = {
    "card_tail": "4821",
    "entry_mode": "C",
    "issuer_name": "嘉陵银行",
    "rrn": "112219420386",
    "auth_code": "381604",
    "batch_no": "000317",
    "voucher_no": "004182",
    "operator_no": "01",
    "settled_on": date(2026, 11, 23),
    "no_pin_no_signature": True,
    "chip": CHIP,
}
# What each kind has that a plain sale has not.
KINDS: dict[str, dict] = {
    "sale": {},
    "void": {"status": "voided", "settled_on": None},
    "refund": {"status": "refunded", "refunded_minor": 38650},
    "partly_refunded": {"status": "partly_refunded", "refunded_minor": 5800},
    "declined": {"status": "declined", "settled_on": None, "auth_code": ""},
    "waiting": {"status": "authorised", "settled_on": None, "batch_no": ""},
    "auth": {"kind": "auth", "status": "authorised", "settled_on": None},
    "auth_complete": {"kind": "auth_complete", "authorised_minor": 50000},
    "code": {
        "card_tail": "8819",
        "card_kind": "code",
        "entry_mode": "Q",
        "order_no": "4200001982202611229034578819",
        "auth_code": "",
        "issuer_name": "",
        "no_pin_no_signature": False,
        "chip": {},
    },
    "instalments": {"instalments": 12, "amount_minor": 459900, "no_pin_no_signature": False},
    "tip": {"amount_minor": 42650, "tip_minor": 4000},
    "auth_cancel": {"kind": "auth", "status": "voided", "settled_on": None},
    "foreign_card": {"card_brand": "VISA", "issuer_name": "Harbour Bank"},
    "foreign": {"currency": "USD", "amount_minor": 123456, "issuer_name": "Harbour Bank"},
    "yen": {"currency": "JPY", "amount_minor": 98000},
    "swipe": {"entry_mode": "S", "chip": {}, "no_pin_no_signature": False},
    "bare": {
        "terminal": None,
        "card_tail": "",
        "entry_mode": "",
        "issuer_name": "",
        "acquirer_name": "",
        "acquirer_code": "",
        "rrn": "",
        "auth_code": "",
        "batch_no": "",
        "voucher_no": "",
        "operator_no": "",
        "settled_on": None,
        "no_pin_no_signature": False,
        "chip": {},
    },
}
REVERSALS = {
    "void": "void",
    "refund": "refund",
    "partly_refunded": "refund",
    "auth_cancel": "auth_cancel",
}


@pytest.fixture
def make_kind(institution) -> Callable[..., Payment]:
    """`make_kind("refund")`, with values that are to differ."""

    def make(kind: str = "sale", *, name="半山听雨茶餐厅（江北店）", **values) -> Payment:
        merchant, _ = Merchant.objects.update_or_create(
            merchant_no="898653058120137", defaults={"name": name, "name_en": values.pop("en", "")}
        )
        values = SALE | KINDS[kind] | values
        if "terminal" not in values:
            values["terminal"], _ = Terminal.objects.get_or_create(
                merchant=merchant, terminal_no="65301842"
            )
        payment = Payment.objects.create(
            merchant=merchant,
            **{
                "status": "settled",
                "occurred_at": datetime(2026, 11, 22, 11, 42, 16, tzinfo=UTC),
                "local_date": date(2026, 11, 22),
                "amount_minor": 38650,
                "acquirer_code": "48986530",
                "acquirer_name": "江岸支付",
                "slip_printed": "no",
            }
            | values,
        )
        if reversal := REVERSALS.get(kind):
            Reversal.objects.create(
                payment=payment,
                kind=reversal,
                amount_minor=payment.refunded_minor or payment.amount_minor,
                occurred_at=datetime(2026, 11, 25, 2, 30, 5, tzinfo=UTC),
                identity=f"test:{payment.pk}",
                rrn="112510300577",
                batch_no="000320",
                voucher_no="000091",
            )
        return payment

    return make


CODE = "7KQ4M2XD9FHW"


def copy_of(
    *, number: int = 1, duplicate: bool = False, copy: str = "cardholder", code: str = ""
) -> Copy:
    return Copy(
        number=number,
        copy=copy,
        duplicate=duplicate,
        issued_at=datetime(2026, 11, 26, 2, 20, tzinfo=UTC),
        first_issued_at=datetime(2026, 11, 23, 5, 11, tzinfo=UTC),
        institution="江岸支付",
        code=code,
    )


@pytest.fixture
def content_of(make_kind) -> Callable[..., SlipContent]:
    """What the slip of a payment of that kind says."""

    def make(kind: str = "sale", copy: Copy | None = None, **values) -> SlipContent:
        return slip_content(make_kind(kind, **values), copy or copy_of())

    return make
