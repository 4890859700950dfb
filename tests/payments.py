"""Fixtures: shops, their terminals and payments."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from receipts.models import ImportFile, Merchant, Payment, PutAside, Terminal

# What a customer types to find the payment that `make_payment` makes.
TYPED = {"card_tail": "7712", "amount": "386.50", "date": "2026-11-23", "time": "14:05"}
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def make_merchant(db) -> Callable[..., Merchant]:
    numbers = count(1)

    def make(name: str = "", **values) -> Merchant:
        number = next(numbers)
        values = {"city": "武汉", "merchant_no": f"89852105812{number:04}"} | values
        return Merchant.objects.create(name=name or f"样品店{number}", **values)

    return make


@pytest.fixture
def merchant(make_merchant) -> Merchant:
    return make_merchant("小雨文具店")


@pytest.fixture
def make_terminal(make_merchant) -> Callable[..., Terminal]:
    numbers = count(1)

    def make(merchant: Merchant | None = None, **values) -> Terminal:
        values = {"terminal_no": f"{next(numbers):08}", "model": "A920"} | values
        return Terminal.objects.create(merchant=merchant or make_merchant(), **values)

    return make


@pytest.fixture
def make_payment(make_terminal, make_merchant) -> Callable[..., Payment]:
    """A settled sale of ¥386.50, this afternoon at 14:05 in Shanghai; name what is to differ.
    `at` may be a naive local time."""
    numbers = count(1)

    def make(merchant: Merchant | None = None, *, at: datetime | None = None, **values) -> Payment:
        number = next(numbers)
        merchant = merchant or make_merchant()
        at = at or datetime(2026, 11, 23, 14, 5)
        if at.tzinfo is None:
            at = at.replace(tzinfo=SHANGHAI)
        terminal = values.pop("terminal", None) or (
            merchant.terminals.first() or make_terminal(merchant)
        )
        local = at.astimezone(SHANGHAI)
        return Payment.objects.create(
            merchant=merchant,
            terminal=terminal,
            occurred_at=at.astimezone(UTC),
            local_date=local.date(),
            **{
                "status": "settled",
                "settled_on": local.date(),
                "amount_minor": 38650,
                "card_tail": "7712",
                "card_kind": "debit",
                "entry_mode": "I",
                "issuer_name": "江南银行",
                "acquirer_code": "48985210",
                "acquirer_name": "江岸支付",
                "batch_no": "000318",
                "voucher_no": f"{number:06}",
                "rrn": f"{local:%m%d}{number:08}",
                "auth_code": f"{204518 + number}",
                "slip_printed": "no",
                "slip_cause": "paper_out",
                "slip_known_from": "file",
            }
            | values,
        )

    return make


@pytest.fixture
def payment(make_payment, merchant) -> Payment:
    return make_payment(merchant)


@pytest.fixture
def row_put_aside(db) -> PutAside:
    """A row of a file whose amount nobody can read."""
    file = ImportFile.objects.create(
        name="settlement.csv",
        format="canonical",
        sha256="a" * 64,
        size=9,
        state=ImportFile.State.DONE,
        read=2,
        created=1,
        put_aside=1,
        started_by="system:import",
        totals=[{"name": "总笔数", "money": False, "said": 3, "ours": 2}],
        disagrees=True,
    )
    return PutAside.objects.create(
        import_file=file,
        line=3,
        column="amount",
        reason="amount",
        row={"merchant_no": "898521058120001", "amount": "38,65", "date": "2026-11-20"},
    )
