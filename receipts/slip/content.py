"""What a slip says, whatever it is drawn on: groups of titles in Chinese and English with values.

The elements are those of the card terminal specification JR/T 0001-2001 §8, still printed today.
Nothing here knows of paper sizes or fonts; empty values are left out here, so no form has holes.
"""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from portal import money
from receipts.models import Payment, Reversal, SlipIssue
from receipts.models.payment import Kind, Status
from receipts.slip import codes, qr

NAME_LIMIT = 120
VALUE_LIMIT = 160
# The usual limit of payments without PIN and signature, in fen; the note names it up to there only.
SMALL_PAYMENT_MINOR = 100_000


@dataclass(frozen=True, slots=True)
class Words:
    """The same said in Chinese and in English."""

    zh: str
    en: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    title: Words
    value: str
    # The value needs the whole width (an order number of 28 digits), not one of two columns.
    wide: bool = False
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Amount:
    title: Words
    symbol: str
    digits: str
    status: Words


@dataclass(frozen=True, slots=True)
class Copy:
    """How this issue of the slip came to be: the part that is not the payment's."""

    number: int
    copy: str
    duplicate: bool
    issued_at: datetime
    first_issued_at: datetime
    institution: str
    code: str = ""

    @classmethod
    def preview(cls, copy: str, institution: str) -> "Copy":
        """What a slip would say if it were issued now; shown, never stored."""
        now = timezone.now()
        return cls(0, copy, False, now, now, institution)


@dataclass(frozen=True, slots=True)
class Verify:
    """By what anybody checks the slip: typed, or scanned as a QR code; on a PDF, who signed it
    and when."""

    code: str
    address: str
    signer: str = ""
    signed_at: str = ""

    @property
    def page(self) -> str:
        """Where the code is typed."""
        return settings.PUBLIC_URL + reverse("receipts:verify")

    @property
    def square(self) -> qr.Square:
        return qr.square(self.address)


@dataclass(frozen=True, slots=True)
class SlipContent:
    merchant: Words
    copy: Words
    type: Words
    amount: Amount
    duplicate: Words | None = None
    parts: tuple[Field, ...] = ()  # of the amount: before the tip, the tip, what was authorised
    card: tuple[Field, ...] = ()
    numbers: tuple[Field, ...] = ()
    chip: tuple[Field, ...] = ()
    reversals: tuple[tuple[Field, ...], ...] = ()
    notes: tuple[Words, ...] = ()
    statement: tuple[Words, ...] = ()
    verify: Verify | None = None
    title: Words = field(default=Words("电子小票", "E-RECEIPT"))

    def texts(self) -> list[str]:
        """Every text that came from outside, as it stands on the slip."""
        fields = [*self.parts, *self.card, *self.numbers, *self.chip]
        fields += [entry for group in self.reversals for entry in group]
        return [self.merchant.zh, self.merchant.en, *(entry.value for entry in fields)]


TYPES: dict[str, Words] = {
    Kind.SALE: Words("消费", "SALE"),
    Kind.AUTH: Words("预授权", "AUTH"),
    Kind.AUTH_COMPLETE: Words("预授权完成", "AUTH COMPLETE"),
}
REVERSAL_TYPES = {
    Reversal.Kind.VOID: Words("消费撤销", "VOID"),
    Reversal.Kind.REFUND: Words("退货", "REFUND"),
    Reversal.Kind.AUTH_CANCEL: Words("预授权撤销", "AUTH CANCEL"),
}
COPIES = {
    SlipIssue.Copy.CARDHOLDER: Words("持卡人存根", "CARDHOLDER COPY"),
    SlipIssue.Copy.MERCHANT: Words("商户存根", "MERCHANT COPY"),
}
# Nobody charged anything, or it was undone: then there is nothing to acknowledge.
ACKNOWLEDGED = {
    Status.AUTHORISED,
    Status.SETTLED,
    Status.PARTLY_REFUNDED,
    Status.REFUNDED,
}
# What Chinese slips call the currencies that are spent in China; others go by their code.
CURRENCIES = {
    "HKD": "港元",
    "MOP": "澳门元",
    "TWD": "新台币",
    "USD": "美元",
    "EUR": "欧元",
    "GBP": "英镑",
    "JPY": "日元",
    "KRW": "韩元",
    "SGD": "新加坡元",
    "AUD": "澳大利亚元",
    "CAD": "加拿大元",
    "CHF": "瑞士法郎",
    "THB": "泰铢",
    "MYR": "马来西亚林吉特",
    "RUB": "俄罗斯卢布",
}
ACKNOWLEDGEMENT = Words(
    "本人确认以上交易，同意将其记入本卡账户。", "I ACKNOWLEDGE SATISFACTORY RECEIPT OF THE ABOVE"
)


def clean(text: object, limit: int = VALUE_LIMIT) -> str:
    """One line of visible characters: no controls, no marks that turn or hide text, no overflow."""
    spaced = "".join(
        " " if character.isspace() else character
        for character in str(text if text is not None else "")
        if character.isspace() or unicodedata.category(character)[0] != "C"
    )
    line = " ".join("".join(c for c in spaced if not _selects_a_variant(c)).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _selects_a_variant(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def slip_content(payment: Payment, copy: Copy) -> SlipContent:
    """What the slip of `payment` says in this issue. Reads merchant, terminal and reversals."""
    reversals = sorted(payment.reversals.all(), key=lambda r: (r.occurred_at, r.pk or 0))
    return SlipContent(
        merchant=_merchant(payment),
        copy=_copy_words(payment, copy),
        type=TYPES.get(payment.kind, TYPES[Kind.SALE]),
        amount=_amount(payment),
        duplicate=_duplicate(copy),
        parts=_kept(_parts(payment)),
        card=_kept(_card(payment, copy)),
        numbers=_kept(_numbers(payment)),
        chip=_kept(_chip(payment)),
        reversals=tuple(_kept(_reversal(payment, reversal)) for reversal in reversals),
        notes=tuple(_notes(payment)),
        statement=tuple(_statement(copy)),
        verify=_verify(copy),
    )


def _verify(copy: Copy) -> Verify | None:
    if not copy.code:
        return None
    at = timezone.localtime(copy.issued_at)
    address = qr.address(copy.code)
    return Verify(codes.grouped(copy.code), address, _issuer(copy), f"{at:%Y-%m-%d %H:%M}")


def _issuer(copy: Copy) -> str:
    return clean(copy.institution, NAME_LIMIT) or "支付机构"


def _kept(fields: list[Field]) -> tuple[Field, ...]:
    return tuple(entry for entry in fields if entry.value)


def _field(zh: str, en: str, value: object, **looks: bool) -> Field:
    return Field(Words(zh, en), clean(value), **looks)


def _merchant(payment: Payment) -> Words:
    zh = clean(payment.merchant.name, NAME_LIMIT)
    en = clean(payment.merchant.name_en, NAME_LIMIT)
    return Words(zh or en or f"商户 {payment.merchant.merchant_no}", en if zh else "")


def _copy_words(payment: Payment, copy: Copy) -> Words:
    if copy.copy == SlipIssue.Copy.CARDHOLDER and payment.is_by_code:
        return Words("付款人存根", "PAYER COPY")
    return COPIES[SlipIssue.Copy(copy.copy)]


def _duplicate(copy: Copy) -> Words | None:
    if not copy.duplicate:
        return None
    return Words(f"重打印凭证 第 {copy.number} 次", f"DUPLICATED, ISSUE {copy.number}")


def _amount(payment: Payment) -> Amount:
    zh, en = ("总计", "TOTAL") if payment.tip_minor else ("金额", "AMOUNT")
    currency = payment.currency
    if currency == "CNY":
        title = Words(f"人民币{zh}", f"{en}, RMB")
    else:
        title = Words(f"{zh}（{CURRENCIES.get(currency, currency)}）", f"{en}, {currency}")
    return Amount(
        title=title,
        symbol=money.sign(currency).strip(),
        digits=money.digits(payment.amount_minor, currency),
        status=_status(payment),
    )


def _status(payment: Payment) -> Words:
    match payment.status:
        case Status.SETTLED if payment.settled_on:
            return Words(f"已于 {payment.settled_on:%Y-%m-%d} 结算", "SETTLED")
        case Status.SETTLED:
            return Words("已结算", "SETTLED")
        case Status.PARTLY_REFUNDED:
            back = money.text(payment.refunded_minor, payment.currency)
            return Words(f"部分退款，已退 {back}", "PARTLY REFUNDED")
        case Status.REFUNDED:
            return Words("已退款", "REFUNDED")
        case Status.VOIDED:
            return Words("已撤销", "VOIDED")
        case Status.DECLINED:
            return Words("未成功", "DECLINED")
    return Words("处理中，尚未结算", "NOT YET SETTLED")


def _parts(payment: Payment) -> list[Field]:
    def written(minor: int) -> str:
        return money.text(minor, payment.currency)

    parts = []
    if payment.tip_minor:
        parts += [
            _field("金额", "AMOUNT", written(payment.amount_minor - payment.tip_minor)),
            _field("小费", "TIPS", written(payment.tip_minor)),
        ]
    if payment.authorised_minor not in (None, payment.amount_minor):
        parts.append(_field("授权金额", "AUTH AMOUNT", written(payment.authorised_minor)))
    return parts


def _card(payment: Payment, copy: Copy) -> list[Field]:
    mode = f" / {payment.entry_mode}" if payment.entry_mode else ""
    fields = []
    if payment.is_by_code:
        tail = payment.order_no[-4:] or payment.card_tail
        value = tail and f"**** {clean(tail)}{mode}"
        fields.append(_field("交易单号", "ORDER NO.", value, strong=True))
    else:
        tail = payment.card_tail
        value = tail and f"**** {clean(tail)}{mode}"
        fields.append(_field("卡号", "CARD NO.", value, strong=True))
        if payment.wallet_tail and payment.wallet_tail != payment.card_tail:
            device = f"**** {clean(payment.wallet_tail)}"
            fields.append(_field("设备卡号", "DEVICE CARD NO.", device))
    when = timezone.localtime(payment.occurred_at)
    fields += [
        _field("日期和时间", "DATE / TIME", f"{when:%Y-%m-%d %H:%M:%S}", strong=True),
        _field("发卡行", "ISSUER", payment.issuer_name or payment.issuer_code),
        _field("钱包", "WALLET", payment.card_brand)
        if payment.is_by_code
        else _field("卡组织", "CARD SCHEME", payment.card_brand),
        _field(
            "收单行", "ACQUIRER", payment.acquirer_name or copy.institution or payment.acquirer_code
        ),
    ]
    return fields


def _numbers(payment: Payment) -> list[Field]:
    order_no = payment.order_no if payment.is_by_code else ""
    return [
        _field("商户编号", "MERCHANT NO.", payment.merchant.merchant_no),
        _field(
            "终端编号", "TERMINAL NO.", payment.terminal.terminal_no if payment.terminal else ""
        ),
        _field("参考号", "REFER NO.", payment.rrn),
        _field("授权码", "AUTH NO.", payment.auth_code),
        _field("批次号", "BATCH NO.", payment.batch_no),
        _field("凭证号", "VOUCHER NO.", payment.voucher_no),
        _field("操作员号", "OPERATOR NO.", payment.operator_no),
        _field("分期期数", "INSTALMENTS", payment.instalments or ""),
        _field("应用标签", "APP LABEL", _chip_value(payment, "app_label")),
        _field("交易单号", "ORDER NO.", order_no, wide=True),
        _field("备注", "REFERENCE", payment.remarks, wide=True),
    ]


def _chip_value(payment: Payment, key: str) -> str:
    return clean(payment.chip.get(key, "")) if isinstance(payment.chip, dict) else ""


def _chip(payment: Payment) -> list[Field]:
    tsi, atc = _chip_value(payment, "tsi"), _chip_value(payment, "atc")
    titles = " / ".join(name for name, value in (("TSI", tsi), ("ATC", atc)) if value)
    return [
        _field("", "AID", _chip_value(payment, "aid")),
        _field("", "ARQC", _chip_value(payment, "arqc")),
        _field("", "TC", _chip_value(payment, "tc")),
        _field("", "TVR", _chip_value(payment, "tvr")),
        _field("", titles, " / ".join(value for value in (tsi, atc) if value)),
    ]


def _reversal(payment: Payment, reversal: Reversal) -> list[Field]:
    kind = REVERSAL_TYPES[Reversal.Kind(reversal.kind)]
    when = timezone.localtime(reversal.occurred_at)
    return [
        Field(kind, f"-{money.text(reversal.amount_minor, payment.currency)}", strong=True),
        _field("日期和时间", "DATE / TIME", f"{when:%Y-%m-%d %H:%M:%S}"),
        _field("参考号", "REFER NO.", reversal.rrn),
        _field("批次号", "BATCH NO.", reversal.batch_no),
        _field("凭证号", "VOUCHER NO.", reversal.voucher_no),
        _field("原凭证号", "ORIG. VOUCHER", payment.voucher_no),
    ]


def _notes(payment: Payment) -> list[Words]:
    if payment.status not in ACKNOWLEDGED or payment.is_by_code:
        return []
    notes = []
    if payment.no_pin_no_signature:
        small = payment.currency == "CNY" and payment.amount_minor <= SMALL_PAYMENT_MINOR
        zh = "交易金额未超过 1,000 元，免密免签。" if small else "本次交易免密免签。"
        notes.append(Words(zh, "NO PIN, NO SIGNATURE REQUIRED"))
    return [*notes, ACKNOWLEDGEMENT]


def _statement(copy: Copy) -> list[Words]:
    """What the document is and what it is not, and when it was issued."""
    issuer = _issuer(copy)
    if not copy.number:
        return [
            Words(f"以上由{issuer}按交易记录显示，不是发票，也不代替商户留存的签名原件。"),
            Words("", "SHOWN FROM THE RECORDS OF THE INSTITUTION. NOT A TAX INVOICE."),
        ]
    first = timezone.localtime(copy.first_issued_at)
    if copy.number == 1:
        when = f"出具时间 {first:%Y-%m-%d %H:%M}。"
    else:
        now = timezone.localtime(copy.issued_at)
        when = f"第 {copy.number} 次出具 {now:%Y-%m-%d %H:%M}，首次 {first:%Y-%m-%d}。"
    return [
        Words(f"本凭证由{issuer}按交易记录补发，不是发票，也不代替商户留存的签名原件。"),
        Words(when),
        Words("", "A COPY ISSUED BY THE INSTITUTION. NOT A TAX INVOICE."),
    ]
