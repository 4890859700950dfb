"""A payment, what took it back, and how its status came to be.

Money is integer minor units (fen), time is UTC; of a card number only the last four digits exist.
"""

import uuid_utils.compat
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from receipts.models.imports import ImportFile
from receipts.models.merchant import Merchant, Terminal


class Status(models.TextChoices):
    """One truthful status, the same words everywhere (what outranks what: imports.columns)."""

    AUTHORISED = "authorised", _("处理中")
    SETTLED = "settled", _("已结算")
    PARTLY_REFUNDED = "partly_refunded", _("部分退款")
    REFUNDED = "refunded", _("已退款")
    VOIDED = "voided", _("已撤销")
    DECLINED = "declined", _("未成功")


class Kind(models.TextChoices):
    SALE = "sale", _("消费")
    AUTH = "auth", _("预授权")
    AUTH_COMPLETE = "auth_complete", _("预授权完成")


class EntryMode(models.TextChoices):
    SWIPE = "S", _("刷卡")
    INSERT = "I", _("插卡")
    CONTACTLESS = "C", _("挥卡")
    CODE = "Q", _("扫码")
    UNKNOWN = "", _("未知")


class SlipPrinted(models.TextChoices):
    YES = "yes", _("已打印")
    NO = "no", _("没打出")
    UNKNOWN = "unknown", _("未知")


class SlipCause(models.TextChoices):
    """The one taxonomy of why a slip was lost."""

    PAPER_OUT = "paper_out", _("缺纸")
    PAPER_JAM = "paper_jam", _("卡纸")
    COVER_OPEN = "cover_open", _("纸仓没合上")
    OVERHEATED = "overheated", _("打印头过热")
    VOLTAGE = "voltage", _("电压不足")
    CUTTER = "cutter", _("切刀故障")
    DRIVER = "driver", _("打印驱动")
    BUFFER = "buffer", _("打印缓存")
    PRINT_SETTINGS = "print_settings", _("打印设置")
    NETWORK = "network", _("网络")
    SOFTWARE = "software", _("软件")
    OPERATOR = "operator", _("操作")
    UNKNOWN = "unknown", _("原因不明")


class PaymentQuerySet(models.QuerySet):
    def visible_to(self, actor):
        if actor is None:
            return self.none()
        if actor.is_merchant:
            return self.filter(merchant__organisation=actor.organisation)
        if actor.is_institution and actor.role != "administrator":
            return self
        return self.none()


class RealPayments(models.Manager.from_queryset(PaymentQuerySet)):  # type: ignore[misc]
    """What pages, lists, totals, exports and slips begin with: no canary is among them."""

    def get_queryset(self):
        return super().get_queryset().filter(canary_at=None)


class Payment(models.Model):
    """Identity, first that applies: the source's own id; merchant + terminal + batch + voucher;
    acquirer + RRN + terminal-local date. See docs/decisions/payment-identity.md.
    """

    id = models.UUIDField(primary_key=True, default=uuid_utils.compat.uuid7, editable=False)
    # Each index costs every import: that of `payment_of_merchant` begins with the merchant too.
    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, related_name="payments", db_index=False
    )
    terminal = models.ForeignKey(
        Terminal,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="payments",
        db_index=False,  # payment_of_terminal begins with it
    )
    # --- identity
    source = models.CharField(max_length=24, blank=True)
    source_id = models.CharField(max_length=64, blank=True)
    acquirer_code = models.CharField(max_length=11, blank=True)
    rrn = models.CharField(_("参考号"), max_length=12, blank=True)
    local_date = models.DateField(help_text="the terminal's own date")
    batch_no = models.CharField(_("批次号"), max_length=6, blank=True)
    voucher_no = models.CharField(_("凭证号"), max_length=6, blank=True)
    # --- what and how much
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.SALE)
    status = models.CharField(_("状态"), max_length=16, choices=Status, default=Status.AUTHORISED)
    occurred_at = models.DateTimeField(_("消费时间"))
    amount_minor = models.BigIntegerField(_("金额"), help_text="fen; settled once it is settled")
    authorised_minor = models.BigIntegerField(
        null=True, blank=True, help_text="fen; only where it differs from the amount"
    )
    tip_minor = models.BigIntegerField(default=0, help_text="fen; part of the amount")
    refunded_minor = models.BigIntegerField(default=0, help_text="fen; sum of confirmed refunds")
    currency = models.CharField(max_length=3, default="CNY")
    settled_on = models.DateField(null=True, blank=True)
    # --- card or wallet
    card_tail = models.CharField(_("卡号后四位"), max_length=4, blank=True)
    wallet_tail = models.CharField(
        max_length=4,
        blank=True,
        help_text="the device's own number, where a phone paid",
    )
    card_kind = models.CharField(max_length=8, blank=True)  # debit, credit, prepaid, code
    card_brand = models.CharField(max_length=16, blank=True)
    issuer_code = models.CharField(max_length=11, blank=True)
    issuer_name = models.CharField(_("发卡行"), max_length=60, blank=True)
    acquirer_name = models.CharField(_("收单行"), max_length=60, blank=True)
    entry_mode = models.CharField(max_length=1, choices=EntryMode, default="", blank=True)
    auth_code = models.CharField(_("授权码"), max_length=6, blank=True)
    order_no = models.CharField(_("交易单号"), max_length=64, blank=True)
    operator_no = models.CharField(_("操作员号"), max_length=8, blank=True)
    instalments = models.PositiveSmallIntegerField(default=0)
    no_pin_no_signature = models.BooleanField(default=False)
    chip = models.JSONField(default=dict, blank=True, help_text="aid app_label arqc tc tvr tsi atc")
    remarks = models.CharField(max_length=120, blank=True)
    # --- the slip
    slip_printed = models.CharField(max_length=8, choices=SlipPrinted, default=SlipPrinted.UNKNOWN)
    slip_cause = models.CharField(max_length=16, choices=SlipCause, blank=True)
    slip_known_from = models.CharField(max_length=12, blank=True)  # file, feed, complaint
    # --- ours
    own_status = models.CharField(
        max_length=16,
        blank=True,
        help_text="by the payment's own rows, before its reversals; empty: as the status",
    )
    refunded_said_minor = models.BigIntegerField(
        default=0, help_text="fen; the refunds its own rows tell of, without a row of their own"
    )
    import_file = models.ForeignKey(
        ImportFile,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        help_text="the file that brought it first",
    )
    revision = models.PositiveIntegerField(default=1, help_text="grows with each change of state")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    canary_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="made then as a payment that nobody can know (receipts.canaries); never real",
    )

    objects = RealPayments()
    # For the look-up, which must not know at once, and for who makes them.
    with_canaries = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("交易")
        verbose_name_plural = _("交易")
        constraints = [
            models.UniqueConstraint(
                fields=["source_id", "source"],
                condition=~Q(source_id=""),
                name="payment_once_per_source_id",
            ),
            models.UniqueConstraint(
                fields=["voucher_no", "batch_no", "terminal"],
                condition=~Q(voucher_no="") & ~Q(batch_no="") & Q(terminal__isnull=False),
                name="payment_once_per_voucher",
            ),
            models.UniqueConstraint(
                fields=["rrn", "local_date", "acquirer_code"],
                condition=~Q(rrn="") & Q(source_id="", voucher_no=""),
                name="payment_once_per_rrn",
            ),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0) & Q(refunded_minor__lte=F("amount_minor")),
                name="refunded_never_above_the_amount",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="amount_not_negative"),
            models.CheckConstraint(condition=Q(tip_minor__gte=0), name="tip_not_negative"),
            models.CheckConstraint(
                condition=Q(card_tail="") | Q(Exact(Length("card_tail"), 4)),
                name="card_tail_is_four_characters",
            ),
            # No file, feed or reversal can then mean it: it has none of the names they go by.
            models.CheckConstraint(
                condition=Q(canary_at=None)
                | Q(source_id="", batch_no="", voucher_no="", rrn="", auth_code=""),
                name="canary_has_no_identity",
            ),
        ]
        indexes = [
            # The look-up: tail + amount + minute; and how crowded an amount is.
            models.Index(fields=["card_tail", "amount_minor", "occurred_at"], name="lookup"),
            models.Index(fields=["amount_minor", "occurred_at"], name="crowd"),
            models.Index(
                fields=["wallet_tail", "amount_minor", "occurred_at"],
                condition=~Q(wallet_tail=""),
                name="lookup_wallet",
            ),
            models.Index(
                fields=["authorised_minor", "card_tail", "occurred_at"],
                condition=Q(authorised_minor__isnull=False),
                name="lookup_authorised",
            ),
            models.Index(fields=["rrn", "local_date"], name="payment_by_rrn"),
            # Those that a row with a voucher may be, too (imports.matching): as a rule there are
            # few, and the loader need not look among all.
            models.Index(
                fields=["rrn", "local_date"],
                condition=~Q(rrn="")
                & (Q(voucher_no="") | Q(batch_no="") | Q(terminal__isnull=True)),
                name="payment_by_rrn_alone",
            ),
            models.Index(fields=["merchant", "-occurred_at"], name="payment_of_merchant"),
            # Without it, the newest of a terminal are looked for among the newest of all: through
            # the whole table where a terminal is silent.
            models.Index(fields=["terminal", "-occurred_at"], name="payment_of_terminal"),
            # The search of merchants and staff (receipts.finding.ways). New rows are the newest, so
            # the second grows at its end only.
            models.Index(
                fields=["auth_code", "occurred_at"],
                condition=~Q(auth_code=""),
                name="payment_by_auth",
            ),
            models.Index(fields=["occurred_at", "id"], name="payment_by_time"),
            models.Index(
                fields=["merchant", "-occurred_at"],
                condition=Q(slip_printed="no"),
                name="payment_without_slip",
            ),
            models.Index(
                fields=["canary_at"], condition=Q(canary_at__isnull=False), name="canaries"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def subject(self) -> str:
        """How the audit trail and passes name this payment."""
        return f"payment:{self.pk}"

    @property
    def is_by_code(self) -> bool:
        """Paid by a wallet's code: there is no card, and the tail is that of the order number."""
        return self.entry_mode == EntryMode.CODE or self.card_kind == "code"

    @property
    def refundable_minor(self) -> int:
        """What may still go back, in fen: nothing of a payment that was not captured."""
        if self.status in {Status.SETTLED, Status.PARTLY_REFUNDED}:
            return self.amount_minor - self.refunded_minor
        return 0


class Reversal(models.Model):
    """A void or refund as the network confirmed it; it always hangs on its original."""

    class Kind(models.TextChoices):
        VOID = "void", _("消费撤销")
        REFUND = "refund", _("退货")
        AUTH_CANCEL = "auth_cancel", _("预授权撤销")

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="reversals")
    kind = models.CharField(max_length=12, choices=Kind)
    amount_minor = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    settled_on = models.DateField(null=True, blank=True)
    identity = models.CharField(
        max_length=120,
        unique=True,
        help_text="its own identity, same rules as a payment's",
    )
    source = models.CharField(max_length=24, blank=True)
    source_id = models.CharField(max_length=64, blank=True)
    acquirer_code = models.CharField(max_length=11, blank=True)
    rrn = models.CharField(max_length=12, blank=True)
    local_date = models.DateField(null=True, blank=True)
    terminal = models.ForeignKey(
        Terminal, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    batch_no = models.CharField(max_length=6, blank=True)
    voucher_no = models.CharField(max_length=6, blank=True)
    import_file = models.ForeignKey(ImportFile, on_delete=models.PROTECT, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="reversal_is_of_something"
            ),
            models.UniqueConstraint(
                fields=["source_id", "source"],
                condition=~Q(source_id=""),
                name="reversal_once_per_source_id",
            ),
            models.UniqueConstraint(
                fields=["voucher_no", "batch_no", "terminal"],
                condition=~Q(voucher_no="") & ~Q(batch_no="") & Q(terminal__isnull=False),
                name="reversal_once_per_voucher",
            ),
        ]
        indexes = [models.Index(fields=["rrn", "local_date"], name="reversal_by_rrn")]

    def __str__(self) -> str:
        return self.identity


class PaymentHistory(models.Model):
    """What each file or message said of a payment, applied or (older news) only kept."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="history")
    at = models.DateTimeField(auto_now_add=True)
    from_status = models.CharField(max_length=16, blank=True)
    to_status = models.CharField(max_length=16)
    applied = models.BooleanField(default=True)
    changes = models.JSONField(default=dict, help_text="column → [before, after]")
    import_file = models.ForeignKey(ImportFile, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "to_status"],
                condition=Q(applied=False),
                name="older_news_is_kept_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.payment_id}: {self.from_status} → {self.to_status}"
